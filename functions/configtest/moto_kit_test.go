package configtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/configtest"
)

// python is where .ci/tools installs moto.
const python = "../../.tools/python/bin/python"

// job is a stack to be made.
type job struct {
	Template   configtest.Template `json:"template"`
	Parameters map[string]string   `json:"parameters"`
}

// stack is what became of one, by testdata/make_stack.py.
type stack struct {
	job
	Error       string              // why it could not be made
	Transformed configtest.Template // by SAM
	LeftOut     []string            `json:"left_out"` // types that moto cannot make
	Made        configtest.Template // by logical id: what the services say
	Outputs     map[string]string
	Exports     map[string]string
	faults      []string
	t           *testing.T
}

// makeStacks makes stacks on moto.
func makeStacks(t *testing.T, jobs ...job) []*stack {
	t.Helper()
	if err := exec.Command(python, "-c", "import moto").Run(); err != nil {
		if os.Getenv("GATEPASS_TIERS") == "required" {
			t.Fatalf("tier moto: moto is not in .tools/python (%v)", err)
		}
		t.Skip("tier moto: moto is not in .tools/python: make test fetches it, where there is Python 3.10 or newer")
	}
	t.Log("tier moto: ran")
	in, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/make_stack.py")
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &said
	out, err := cmd.Output()
	var all []*stack
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	if err != nil || dec.Decode(&all) != nil || len(all) != len(jobs) {
		t.Fatalf("make_stack.py: %v, %s %.500s", err, said.Bytes(), out)
	}
	for i, s := range all {
		if s.job = jobs[i]; s.Error != "" {
			t.Fatalf("stack %d: %s", i, s.Error)
		}
	}
	return all
}

func (s *stack) say(format string, a ...any) { s.faults = append(s.faults, fmt.Sprintf(format, a...)) }

// want says what is not as it should be; both are compared as JSON has them.
func (s *stack) want(what string, got, want any) {
	g, err := json.Marshal(got)
	w, err2 := json.Marshal(want)
	if err != nil || err2 != nil || !bytes.Equal(g, w) {
		s.say("%s is %s, want %s", what, g, w)
	}
}

// holds reports a condition of the template, for the parameters of the stack.
func (s *stack) holds(condition string) bool {
	parameter, ok := map[string]string{"HasSample": "Sample", "IsSimple": "SimpleResponses", "HasTopic": "AlarmTopic"}[condition]
	if !ok {
		s.say("the condition %s is not known to this test", condition)
	}
	v := s.parameter(parameter)
	return v != "" && v != "false"
}

// parameter returns what a parameter is: as given, or its default.
func (s *stack) parameter(name string) string {
	if v, ok := s.Parameters[name]; ok {
		return v
	}
	if v := s.Template.At("Parameters", name, "Default"); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// value resolves what the templates use in values: Ref of a parameter or resource
// and the Arn of a resource that was made, Fn::If and Fn::Sub.
func (s *stack) value(v any) any {
	m, _ := v.(map[string]any)
	if name, ok := m["Ref"].(string); ok {
		switch {
		case name == "AWS::NoValue":
			return nil
		case name == "AWS::StackName":
			return "gatepass"
		case s.Template.At("Parameters", name) != nil:
			return s.parameter(name)
		}
		return s.Made.At(name, "ID")
	}
	if at, ok := m["Fn::GetAtt"].([]any); ok {
		return s.arn(fmt.Sprint(at[0]))
	}
	if branches, ok := m["Fn::If"].([]any); ok {
		if s.holds(fmt.Sprint(branches[0])) {
			return s.value(branches[1])
		}
		return s.value(branches[2])
	}
	if sub, ok := m["Fn::Sub"].(string); ok {
		return s.sub(sub)
	}
	return v
}

// arn returns the ARN of a resource that was made.
func (s *stack) arn(name string) any {
	for _, at := range [][]string{{"Table", "TableArn"}, {"Key", "Arn"}, {"Configuration", "FunctionArn"}, {"Role", "Arn"}, {"logGroupArn"}} {
		if arn := s.Made.At(append([]string{name}, at...)...); arn != nil {
			return arn
		}
	}
	if s.Made.At(name, "Type") == "AWS::S3::Bucket" {
		return "arn:aws:s3:::" + fmt.Sprint(s.Made.At(name, "ID"))
	}
	return nil
}

// sub fills in what the roles' resources name.
func (s *stack) sub(text string) string {
	return strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::Region}", "eu-central-1", "${AWS::AccountId}", "123456789012", "${AWS::StackName}", "gatepass",
		"${EventBus}", s.parameter("EventBus"), "${Table.Arn}", fmt.Sprint(s.arn("Table")), "${DeadBatches.Arn}", fmt.Sprint(s.arn("DeadBatches"))).Replace(text)
}

// roles are those of the functions that the stack has.
func (s *stack) roles() []configtest.Role {
	return slices.DeleteFunc(configtest.Roles(), func(r configtest.Role) bool { return r.Function == "sample" && !s.holds("HasSample") })
}

// first returns the first of a list, so that what is in it can be asked for.
func first(v any) any {
	if l, ok := v.([]any); ok && len(l) > 0 {
		return l[0]
	}
	return nil
}
