package documentation_test

import (
	"go/doc"
	"slices"
	"testing"
)

func TestEveryOptionAndEveryCallHasAnExample(t *testing.T) {
	t.Parallel()
	const path = "github.com/docking-event/ll2"
	p := readDir(t, path, documented[path])
	calls := 0
	check := func(of string, shown []*doc.Func) {
		for _, f := range shown {
			if calls++; len(f.Examples) == 0 {
				t.Errorf("%s%s has no example", of, f.Name)
			}
		}
	}
	check("", p.doc.Funcs)
	seen := 0
	for _, typ := range p.doc.Types {
		switch typ.Name {
		case "Option", "ListOption", "WalkOption":
			check("", typ.Funcs) // all that return one; a method is only a mark
		case "Client", "DockingEventsService", "Resource":
			check(typ.Name+".", slices.Concat(typ.Funcs, typ.Methods))
		default:
			continue
		}
		seen++
	}
	for _, example := range doc.Examples(p.tests...) {
		if example.Output == "" {
			t.Errorf("Example%s has no output, so it does not run", example.Name)
		}
	}
	if calls < 48 || seen != 6 {
		t.Errorf("looked at %d functions of %d types only", calls, seen)
	}
}
