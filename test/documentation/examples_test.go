package documentation_test

import (
	"go/doc"
	"slices"
	"testing"
)

func TestEveryOptionAndEveryCallHasAnExample(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path         string
		calls, types int // at least so many
	}{
		{"github.com/docking-event/ll2", 48, 6},
		{"github.com/docking-event/ll2/ll230", 16, 2},
	} {
		calls, types := lookAtExamples(t, readDir(t, tt.path, documented[tt.path]))
		if calls < tt.calls || types != tt.types {
			t.Errorf("%s: looked at %d functions of %d types only", tt.path, calls, types)
		}
	}
}

// lookAtExamples fails for what has no example, and returns at how many functions and
// at how many types with some it looked.
func lookAtExamples(t *testing.T, p *pkg) (calls, seen int) {
	t.Helper()
	check := func(of string, shown []*doc.Func) {
		for _, f := range shown {
			if calls++; len(f.Examples) == 0 {
				t.Errorf("%s%s has no example", of, f.Name)
			}
		}
	}
	check("", p.doc.Funcs)
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
	return calls, seen
}
