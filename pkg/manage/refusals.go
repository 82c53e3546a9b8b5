package manage

import "fmt"

// Refusals say where it is told how presentations of a pass fared, those that were
// refused among them: no record holds these. In a stack it is CloudWatch's log
// groups, and a query for its Logs Insights, the one that the stack saves.
type Refusals struct {
	Query     string   `json:"query,omitempty"`
	LogGroups []string `json:"log_groups,omitempty"`
	Look      string   `json:"look,omitempty"` // where there is no stack
}

// refusals returns where to look for a pass. The query needs no escaping in JSON,
// so that it can be taken from a terminal as it is.
func refusals(stack, id string) *Refusals {
	if stack == "" {
		return &Refusals{Look: fmt.Sprintf("the lines that this process writes about pass %s", id)}
	}
	r := &Refusals{Query: "fields @timestamp, function, outcome, access, reason, route, operation, by, request_id, hint, error" +
		" | filter pass_id = '" + id + "' | sort @timestamp desc | limit 200"}
	for _, function := range []string{"authorizer", "visit", "issue", "manage"} {
		r.LogGroups = append(r.LogGroups, "/gatepass/"+stack+"/"+function)
	}
	return r
}
