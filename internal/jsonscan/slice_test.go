package jsonscan_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// shelf is a row with a list.
type shelf struct {
	Name  string `json:"name"`
	Books []book `json:"books"`
}

type book struct {
	Title string   `json:"title"`
	Pages *int     `json:"pages"`
	Tags  []string `json:"tags"`
}

func (r *shelf) ScanJSON(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "name":
			s.Text(&r.Name)
		case "books":
			jsonscan.Slice(s, &r.Books, func(b *book) { b.scan(s) })
		default:
			s.Unknown(key)
		}
	}
}

func (b *book) scan(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "title":
			s.Text(&b.Title)
		case "pages":
			s.IntPointer(&b.Pages)
		case "tags":
			jsonscan.Slice(s, &b.Tags, s.Text)
		default:
			s.Unknown(key)
		}
	}
}

func TestASliceIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"books":null}`, `{"books":[]}`, `{"books":[ ]}`, `{"books" : [ ] }`, `{"books":[null]}`, `{"books":[{}]}`,
		`{"books":[{"title":"\u0041","tags":["x","\n",null,"y"]},null,{"title":"b","pages":7,"tags":[]}],"name":"last"}`,
		`{"books":null,"books":[{"title":"a"}]}`, `{"books":[{"title":"a"}],"books":null}`, `{"books":[{"title":"a"}],"books":null,"books":[{}]}`,
		`{"books":[{"title":"a","title":"b"}]}`,
	} {
		var want, got shelf
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		s := jsonscan.New([]byte(text))
		if s.Record(&got); !s.Done() || !reflect.DeepEqual(got, want) {
			t.Errorf("%s was read (%t) as %+v, want %+v", text, s.Done(), got, want)
		}
	}
}

// Values in the elements of the first list stay visible in the second one, which is left
// to encoding/json.
func TestASliceThatIsNotAloneOrNotOneIsLeftToEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"books":[],"books":[]}`, `{"books":[{"title":"a"}],"books":[{"pages":7}]}`, `{"books":[{"title":"a"}],"books":[]}`,
		`{"books":{}}`, `{"books":7}`, `{"books":"[]"}`, `{"books":`, `{"books":[`, `{"books":[]`, `{"books":[{}`, `{"books":[{},]}`, `{"books":[{}x]}`,
		`{"books":[7]}`, `{"books":[{"title":7}]}`, `{"books":[{},{"pages":"7"},{}]}`,
		`{"books":[` + strings.Repeat("{},", 1000) + `{}]}`,
	} {
		s := jsonscan.New([]byte(text))
		if s.Record(new(shelf)); s.Done() {
			t.Errorf("%.50s was read", text)
		}
	}
	for text, want := range map[string]bool{
		many(1000, `{}`): true, many(1, `{"tags":`+many(999, `""`)+`}`): true, many(1, `{"tags":`+many(1000, `""`)+`}`): false,
	} {
		s := jsonscan.New([]byte(`{"books":` + text + `}`))
		if s.Record(new(shelf)); s.Done() != want {
			t.Errorf("%.20s was read: %t, want %t", text, s.Done(), want)
		}
	}
	s := jsonscan.New([]byte(many(3, `{"books":`+many(1000, `{}`)+`}`)))
	for range s.Array {
		s.Record(new(shelf))
	}
	if !s.Done() {
		t.Error("the lists of many records count as those of one")
	}
}

func TestASliceTakesOneAllocation(t *testing.T) {
	allocations := func(text string) float64 {
		return testing.AllocsPerRun(100, func() {
			s := jsonscan.New([]byte(text))
			if s.Record(new(shelf)); !s.Done() {
				t.Fatal("not read")
			}
		})
	}
	empty := allocations(`{"books":null}`)
	for text, more := range map[string]float64{`{"books":[]}`: 0, `{"books":[{}]}`: 1, `{"books":[{},{},{},{},{},{},{},{},{}]}`: 1} {
		if got := allocations(text); got != empty+more {
			t.Errorf("%s takes %v allocations, want %v", text, got, empty+more)
		}
	}
}
