package pkg_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A package states its idea once, where go doc shows it.
func TestEveryPackageHasOneComment(t *testing.T) {
	docs, any := map[string][]source{}, map[string]source{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		any[s.dir] = s
		if s.file.Doc != nil {
			docs[s.dir] = append(docs[s.dir], s)
		}
	}
	for dir, s := range any {
		want := "Package " + s.file.Name.Name + " "
		if s.file.Name.Name == "main" {
			want = "Command " + dir[strings.LastIndex(dir, "/")+1:] + " "
		}
		switch with := docs[dir]; {
		case len(with) == 0:
			t.Errorf("%s: no file has a package comment (a blank line below it detaches it); want one beginning %q", dir, want)
		case len(with) > 1:
			t.Errorf("%s: %s and %s both have a package comment; go doc would run them together", dir, with[0].path, with[1].path)
		case !strings.HasPrefix(with[0].file.Doc.Text(), want):
			t.Errorf("%s: the package comment must begin %q", with[0].path, want)
		}
	}
}

// Whoever reads go doc reads what a name means, and when it fails.
func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.IsExported() && d.Doc == nil {
					t.Errorf("%s: %s is exported and has no comment", s.at(d.Pos()), d.Name)
				}
			case *ast.GenDecl:
				undocumented(t, s, d)
			}
		}
	}
}

// undocumented reports the exported names of d that neither d, nor they
// themselves, nor a line comment explains.
func undocumented(t *testing.T, s source, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		switch x := spec.(type) {
		case *ast.TypeSpec:
			if x.Name.IsExported() && d.Doc == nil && x.Doc == nil {
				t.Errorf("%s: type %s is exported and has no comment", s.at(x.Pos()), x.Name)
			}
		case *ast.ValueSpec:
			if x.Names[0].IsExported() && d.Doc == nil && x.Doc == nil && x.Comment == nil {
				t.Errorf("%s: %s is exported and has no comment", s.at(x.Pos()), x.Names[0])
			}
		}
	}
}

// What a process does is to be read in its main, not in the import list of it.
func TestNothingHappensByImporting(t *testing.T) {
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: func init: build it in main and hand it in", s.at(d.Pos()))
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR && !s.isTest() {
					mutable(t, s, d)
				}
			}
		}
	}
}

// mutable reports the variables of d that are more than a name for something
// that nobody changes.
func mutable(t *testing.T, s source, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		if v.Names[0].Name == "_" || embedded(d.Doc) || embedded(v.Doc) || settled(s, v) {
			continue
		}
		t.Errorf("%s: var %s is state of the package (allowed: error sentinels, regexps and templates that sync.OnceValue compiles at their first use, embedded files, _ = interface checks); make it a constant, a function or a field", s.at(v.Pos()), v.Names[0])
	}
}

func embedded(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// settled reports whether v is made once by a call and then only read: an
// error sentinel, or what the named functions make. What is compiled is compiled
// when it is first used: every function would compile it at every cold start,
// whether it uses it or not, and that was a third of the authorizer's.
func settled(s source, v *ast.ValueSpec) bool {
	made := []string{"errors.New", "fmt.Errorf", "sync.OnceValue", "base64.RawURLEncoding.Strict"}
	if !deployed(s.dir) {
		made = append(made, "regexp.MustCompile", "template.Must")
	}
	if slices.Contains(kits(), s.dir) {
		made = append(made, "sync.OnceValues") // an engine is started once a binary
	}
	for _, value := range v.Values {
		call, ok := value.(*ast.CallExpr)
		if !ok {
			return false
		}
		sentinel := strings.HasPrefix(strings.ToLower(v.Names[0].Name), "err")
		if !sentinel && !slices.Contains(made, dotted(call.Fun)) {
			return false
		}
	}
	return len(v.Values) > 0
}

// deployed reports whether what lies in a folder may be part of a function.
func deployed(dir string) bool {
	return !slices.Contains(kits(), dir) && !slices.ContainsFunc([]string{".ci/", "pkg/local", "functions/local"}, func(here string) bool { return strings.HasPrefix(dir, here) })
}

// dotted returns a.b.c as it is written, or "" for anything else.
func dotted(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return dotted(x.X) + "." + x.Sel.Name
	}
	return ""
}

// Time is handed in. Tests that sleep, or look again every so often, are slow on a
// good day and red on a bad one; code that reads the clock cannot be tested at the second it matters.
func TestTimeIsHandedIn(t *testing.T) {
	for _, s := range sources(t) {
		inPkg := strings.HasPrefix(s.dir, "pkg/") && s.dir != "pkg/local" && !slices.Contains(kits(), s.dir)
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch dotted(call.Fun) {
			case "time.Sleep", "time.After", "time.Tick":
				t.Errorf("%s: %s: move the clock, or wait for the thing itself (and no longer than a context.WithTimeout)", s.at(call.Pos()), dotted(call.Fun))
			case "time.Now":
				if inPkg && !s.isTest() {
					t.Errorf("%s: time.Now(): take a pass.NumericDate or a now func() time.Time (time.Now, not called, as its default); only mains and pkg/local read the clock", s.at(call.Pos()))
				}
			}
			return true
		})
	}
}

// A skip that names no tier is a test that nobody runs.
func TestSkipsNameTheirTier(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Skip" || sel.Sel.Name == "Skipf" || sel.Sel.Name == "SkipNow") && !namesTier(call.Args) {
				t.Errorf("%s: %s: say t.Skip(\"tier <name>: <why>\"), so that .ci/testrun reports it", s.at(call.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

// namesTier reports whether the text of a skip begins with its tier; only the
// leftmost operand of a concatenation is looked at.
func namesTier(args []ast.Expr) bool {
	if len(args) == 0 {
		return false
	}
	e := args[0]
	for {
		b, ok := e.(*ast.BinaryExpr)
		if !ok {
			break
		}
		e = b.X
	}
	lit, ok := e.(*ast.BasicLit)
	return ok && strings.HasPrefix(strings.Trim(lit.Value, "\"`"), "tier ")
}
