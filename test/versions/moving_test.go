package versions_test

import (
	"go/types"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/test/testkit"
)

// fieldsOf returns the type of each field that events of a version have, by type and
// name.
func fieldsOf(of reflect.Type) map[string]string {
	found := make(map[string]string)
	pkg := of.PkgPath()
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ.PkgPath() != pkg || typ == reflect.TypeFor[ll2.Date]() || found[typ.Name()] != "" {
			return
		}
		found[typ.Name()] = "struct"
		for _, f := range reflect.VisibleFields(typ) {
			found[typ.Name()+"."+f.Name] = strings.Replace(f.Type.String(), "ll230.", "ll2.", 1)
			walk(f.Type)
		}
	}
	walk(of)
	return found
}

var code = regexp.MustCompile("`([^`]+)`")

// section returns what a section of the document says.
func section(t *testing.T, title string) string {
	t.Helper()
	_, text, ok := strings.Cut(string(testkit.ReadFile(t, "../../doc/versions.md")), "\n### "+title+"\n")
	if !ok {
		t.Fatalf("the document has no section %q", title)
	}
	text, _, _ = strings.Cut(text, "\n### ")
	return text
}

// The table names a field as Type.Field, or as Field behind another one of its row.
func TestTheDocumentNamesEveryFieldThatIsNotTheSameInBothVersions(t *testing.T) {
	t.Parallel()
	named := make(map[string]bool)
	for line := range strings.Lines(section(t, "Field by field")) {
		typ := "DockingEvent"
		for _, name := range code.FindAllStringSubmatch(line, -1) {
			elements := strings.Split(name[1], ".")
			if len(elements) > 1 {
				typ = elements[0]
				elements = elements[1:]
			}
			named[typ+"."+elements[0]] = true
		}
	}
	older, newer := fieldsOf(reflect.TypeFor[ll2.DockingEvent]()), fieldsOf(reflect.TypeFor[ll230.DockingEvent]())
	for _, versions := range [][2]map[string]string{{older, newer}, {newer, older}} {
		for field, typ := range versions[0] {
			owner, _, isField := strings.Cut(field, ".")
			if isField && versions[1][owner] != "" && versions[1][field] != typ && !named[field] {
				t.Errorf("the tables do not name %s, a %s", field, typ)
			}
		}
	}
	if len(older) < 60 || len(newer) < 150 || len(named) < 60 {
		t.Errorf("%d and %d fields, %d named, which is few", len(older), len(newer), len(named))
	}
}

func TestTheDocumentNamesEveryOption(t *testing.T) {
	t.Parallel()
	named := make(map[string]bool)
	for _, name := range code.FindAllStringSubmatch(section(t, "Filter by filter"), -1) {
		for word := range strings.FieldsFuncSeq(name[1], func(r rune) bool { return strings.ContainsRune("().", r) }) {
			named[word] = true
		}
	}
	c := newChecker(t)
	found := 0
	for _, path := range []string{rootPath, path230} {
		pkg, err := c.imp.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range pkg.Scope().Names() {
			f, ok := pkg.Scope().Lookup(name).(*types.Func)
			if !ok || !f.Exported() || f.Signature().Results().Len() == 0 || !strings.HasSuffix(f.Signature().Results().At(0).Type().String(), ".ListOption") {
				continue
			}
			if found++; !named[name] {
				t.Errorf("the table does not name %s.%s", pkg.Name(), name)
			}
		}
	}
	if found < 20 {
		t.Errorf("%d options, which is few", found)
	}
}
