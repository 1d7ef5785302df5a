package jsonscan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// A document has a field of every kind.
type document struct {
	ID     int       `json:"id"`
	Name   string    `json:"name"`
	Size   float64   `json:"size"`
	Open   bool      `json:"open"`
	Since  time.Time `json:"since"`
	Code   code      `json:"code"`
	Inner  inner     `json:"inner"`
	List   []inner   `json:"list"`
	Link   *inner    `json:"link"`
	Alias  *string   `json:"alias"`
	Weight *float64  `json:"weight"`
	Sealed *bool     `json:"sealed"`
	Until  *time.Time
	Sum    length `json:"sum"`
}

type inner struct {
	Key  string `json:"key"`
	Rank *int   `json:"rank"`
}

// A length is that of a text.
type length int

func (l *length) UnmarshalText(text []byte) error {
	*l = length(len(text))
	return nil
}

// A code is a text of three bytes.
type code [3]byte

func (c *code) UnmarshalText(text []byte) error {
	if len(text) != len(c) {
		return fmt.Errorf("%q is not a code", text)
	}
	copy(c[:], text)
	return nil
}

func (d *document) ScanJSON(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "id":
			s.Int(&d.ID)
		case "name":
			s.Text(&d.Name)
		case "size":
			s.Float(&d.Size)
		case "open":
			s.Bool(&d.Open)
		case "since":
			s.Time(&d.Since)
		case "code":
			s.Unmarshal(&d.Code)
		case "sum":
			s.Unmarshal(&d.Sum)
		case "inner":
			d.Inner.scan(s)
		case "list":
			if d.List != nil {
				s.Fail() // encoding/json reads into the elements of the first one
			}
			d.List = []inner{}
			for range s.Array {
				var element inner
				s.Record(&element)
				d.List = append(d.List, element)
			}
		case "link":
			if in := jsonscan.Pointer(s, &d.Link, nil); in != nil {
				in.scan(s)
			}
		case "alias":
			s.TextPointer(&d.Alias)
		case "weight":
			s.FloatPointer(&d.Weight)
		case "sealed":
			s.BoolPointer(&d.Sealed)
		case "Until":
			s.TimePointer(&d.Until)
		default:
			s.Unknown(key)
		}
	}
}

func (in *inner) ScanJSON(s *jsonscan.Scanner) { in.scan(s) }

func (in *inner) scan(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "key":
			s.Text(&in.Key)
		case "rank":
			s.IntPointer(&in.Rank)
		default:
			s.Unknown(key)
		}
	}
}

const full = ` {"id":-12, "name":"\u00e9\uD83D\uDE80 \"\\\/\b\f\n\r\tx", "size":7.25E-1, "open":true, "since":"2021-02-03T04:05:06.5+02:00",
	"code":"abc", "inner":{"key":"é😀", "rank":3}, "list":[{"key":"a longer text"}, {"rank":null}], "link":{"key":""}, "alias":"an alias",
	"weight":1e3, "sealed":false, "Until":"2021-02-03T04:05:06Z", "new_1":[true,false,null,-1.5e+7,{"a":"\n"},[],{}]} `

// texts is a row of strings.
type texts struct{ A, B, C, D string }

func (r *texts) ScanJSON(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "a":
			s.Text(&r.A)
		case "b":
			s.Text(&r.B)
		case "c":
			s.Text(&r.C)
		case "d":
			s.Text(&r.D)
		default:
			s.Unknown(key)
		}
	}
}

func TestTheStringsOfARecordAreOneAllocation(t *testing.T) {
	data := []byte(`{"a":"one","b":"","c":"three","d":"four four four four four four four four four"}`)
	var got texts
	allocations := testing.AllocsPerRun(100, func() {
		s := jsonscan.New(data)
		if s.Record(&got); !s.Done() {
			t.Fatal("not read")
		}
	})
	// The scanner, its list of cuts as that grows to 1, 2, 4, and the strings.
	if allocations > 5 {
		t.Errorf("%v allocations, want 5", allocations)
	}
	if want := (texts{"one", "", "three", strings.Repeat("four ", 8) + "four"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if distance := uintptr(unsafe.Pointer(unsafe.StringData(got.C))) - uintptr(unsafe.Pointer(unsafe.StringData(got.A))); distance != 3 {
		t.Errorf("the third string is %d bytes behind the first one, want 3", distance)
	}
}

func TestARecordOfVeryManyStringsIsLeftToEncodingJSON(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{1000: true, 1001: false} {
		s := jsonscan.New([]byte("{" + strings.TrimSuffix(strings.Repeat(`"a":"b",`, n), ",") + "}"))
		if s.Record(new(texts)); s.Done() != want {
			t.Errorf("%d strings were read: %t, want %t", n, s.Done(), want)
		}
	}
	s := jsonscan.New([]byte("[" + strings.TrimSuffix(strings.Repeat(`{"a":"b","b":"c"},`, 1000), ",") + "]"))
	for range s.Array {
		s.Record(new(texts))
	}
	if !s.Done() {
		t.Error("many records count as one")
	}
}

func TestRecordsShareNoStrings(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[{"a":"one"},{"a":"two"}]`))
	var rows []texts
	for range s.Array {
		var row texts
		s.Record(&row)
		rows = append(rows, row)
	}
	if !s.Done() || len(rows) != 2 || rows[0].A != "one" || rows[1].A != "two" {
		t.Fatalf("rows %+v", rows)
	}
}

// tree is a row that has rows.
type tree struct {
	Name   string
	Alias  *string
	Leaves []tree
}

func (r *tree) ScanJSON(s *jsonscan.Scanner) {
	var first [1]string
	s.Use(jsonscan.Blocks{Texts: first[:]})
	for key := range s.Object {
		switch string(key) {
		case "name":
			s.Text(&r.Name)
		case "alias":
			s.TextPointer(&r.Alias)
			if r.Alias != &first[0] {
				s.Fail()
			}
		case "leaves":
			for range s.Array {
				leaf := new(tree)
				s.Record(leaf)
				r.Leaves = append(r.Leaves, *leaf)
			}
		default:
			s.Unknown(key)
		}
	}
}

func TestARecordInARecordLeavesTheOuterOneAlone(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`{"name":"root","leaves":[{"name":"a","alias":"first"},{"name":"\u0062","leaves":[{"name":"c"}]}],"alias":"last"}`))
	var got tree
	s.Record(&got)
	if !s.Done() || got.Name != "root" || *got.Alias != "last" || len(got.Leaves) != 2 || got.Leaves[0].Name != "a" || *got.Leaves[0].Alias != "first" ||
		got.Leaves[1].Name != "b" || got.Leaves[1].Leaves[0].Name != "c" {
		t.Errorf("done: %t, %+v", s.Done(), got)
	}
}

func TestPointersOfARecordShareAllocations(t *testing.T) {
	t.Parallel()
	var p struct {
		texts  [6]*string
		ints   [6]*int
		floats [6]*float64
		bools  [6]*bool
		times  [6]*time.Time
	}
	read := func(data string, field func(s *jsonscan.Scanner, n int)) {
		s := jsonscan.New([]byte(data))
		n := 0
		for range s.Array {
			field(s, n)
			n++
		}
		if !s.Done() {
			t.Errorf("%s was not read", data)
		}
	}
	read(`["a","b","c","d","e",null]`, func(s *jsonscan.Scanner, n int) { s.TextPointer(&p.texts[n]) })
	read(`[1,2,3,4,5,null]`, func(s *jsonscan.Scanner, n int) { s.IntPointer(&p.ints[n]) })
	read(`[1,2,3,4,5,null]`, func(s *jsonscan.Scanner, n int) { s.FloatPointer(&p.floats[n]) })
	read(`[true,false,true,false,true,null]`, func(s *jsonscan.Scanner, n int) { s.BoolPointer(&p.bools[n]) })
	read(strings.ReplaceAll(`[T,T,T,T,T,null]`, "T", `"2021-02-03T04:05:06Z"`), func(s *jsonscan.Scanner, n int) { s.TimePointer(&p.times[n]) })
	if *p.texts[4] != "e" || *p.ints[4] != 5 || *p.floats[4] != 5 || !*p.bools[4] || p.times[4].Year() != 2021 {
		t.Errorf("pointers to %v %v %v %v %v", *p.texts[4], *p.ints[4], *p.floats[4], *p.bools[4], *p.times[4])
	}
	if p.texts[5] != nil || p.ints[5] != nil || p.floats[5] != nil || p.bools[5] != nil || p.times[5] != nil {
		t.Error("a null is not a nil pointer")
	}
	if p.ints[0] == p.ints[1] || uintptr(unsafe.Pointer(p.ints[3]))-uintptr(unsafe.Pointer(p.ints[0])) != 3*unsafe.Sizeof(0) {
		t.Error("four pointers do not point into one allocation")
	}
}

func TestABlockIsUsedUpBeforeAnotherOne(t *testing.T) {
	t.Parallel()
	var values [2]int
	block := jsonscan.Block[int](values[:])
	if a, b, c := block.Take(), block.Take(), block.Take(); a != &values[0] || b != &values[1] || c == a || c == b || *c != 0 {
		t.Error("the block was not used in its order")
	}
	// Four of these would mostly be three too many.
	var large jsonscan.Block[[20]int]
	if a := large.Take(); a == nil || len(large) != 0 {
		t.Errorf("%d large values are left of a new block", len(large))
	}
	var small jsonscan.Block[[2]int]
	if a := small.Take(); a == nil || len(small) != 3 {
		t.Errorf("%d small values are left of a new block", len(small))
	}
	if p := (*jsonscan.Block[int])(nil).Take(); p == nil || *p != 0 {
		t.Error("a nil block gives no value")
	}
}

func TestAPointerThatPointsIsKept(t *testing.T) {
	t.Parallel()
	value := 1
	p := &value
	s := jsonscan.New([]byte(`[2,null,3]`))
	n := 0
	for range s.Array {
		if at := jsonscan.Pointer(s, &p, nil); at != nil {
			s.Int(at)
		}
		if n++; n == 1 && (p != &value || value != 2) || n == 2 && p != nil || n == 3 && (p == nil || p == &value || *p != 3) {
			t.Errorf("after %d values the pointer is %v", n, p)
		}
	}
	if !s.Done() || value != 2 {
		t.Errorf("done: %t, value %d", s.Done(), value)
	}
}

// Texts with escapes stand elsewhere until the record is read.
func TestTextsWithEscapesKeepTheirPlacesInRecordsInRecords(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[{"name":"\u0041\n","leaves":[{"name":"b\t","alias":"\"x\"","leaves":[{"name":"\\c"}]},{"name":"d"}]},{"name":"\/e"}]`))
	var got []tree
	for range s.Array {
		var row tree
		s.Record(&row)
		got = append(got, row)
	}
	if !s.Done() || len(got) != 2 || got[0].Name != "A\n" || got[1].Name != "/e" {
		t.Fatalf("done: %t, %+v", s.Done(), got)
	}
	leaves := got[0].Leaves
	if len(leaves) != 2 || leaves[0].Name != "b\t" || *leaves[0].Alias != `"x"` || leaves[0].Leaves[0].Name != `\c` || leaves[1].Name != "d" {
		t.Errorf("leaves %+v", leaves)
	}
}

func TestTextsWithEscapesTakeNoAllocationOfTheirOwn(t *testing.T) {
	allocations := func(text string) float64 {
		var row texts
		return testing.AllocsPerRun(100, func() {
			s := jsonscan.New([]byte(text))
			if s.Record(&row); !s.Done() {
				t.Fatal("not read")
			}
		})
	}
	plain, one, three := allocations(`{"a":"a","b":"b","c":"c"}`), allocations(`{"a":"\n","b":"b","c":"c"}`), allocations(`{"a":"\n\n\n","b":"\n","c":"\n"}`)
	if one != plain || three != plain { // they stand where those without escapes do
		t.Errorf("%v allocations without escapes, %v with one, %v with several", plain, one, three)
	}
}

// counted is a row that knows how many rows came before.
type counted int

func (r *counted) ScanJSON(s *jsonscan.Scanner) {
	before, _ := (*s.Local()).(int)
	*s.Local() = before + 1
	*r = counted(before)
	s.Skip()
}

func TestWhatRowsKeepIsThereForTheNext(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[{},{},{}]`))
	var rows []counted
	for range s.Array {
		var row counted
		s.Record(&row)
		rows = append(rows, row)
	}
	if !s.Done() || fmt.Sprint(rows) != "[0 1 2]" || *jsonscan.New(nil).Local() != nil {
		t.Errorf("rows %v", rows)
	}
}
