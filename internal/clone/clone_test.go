package clone_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/clone"
)

func TestNoTwoCopiesShareWhatCanBeChanged(t *testing.T) {
	t.Parallel()
	type inner struct {
		P *int
		S []*string
	}
	type all struct {
		Number int
		text   string
		made   time.Time
		Time   *time.Time
		Inner  inner
		Deep   **inner
		Array  [2]*inner
		Plain  [3]int
		Raw    []byte
	}
	copyOf, err := clone.For[all]()
	if err != nil {
		t.Fatal(err)
	}
	filled := func() *all {
		deep := &inner{P: new(int)}
		return &all{
			Number: 1, text: "a", made: time.Unix(1, 2), Time: new(time.Time), Inner: inner{new(int), []*string{new(string), nil}}, Deep: &deep,
			Array: [2]*inner{1: {P: new(int)}}, Plain: [3]int{1}, Raw: []byte{1},
		}
	}
	for _, original := range []*all{filled(), {}, {Raw: []byte{}, Inner: inner{S: []*string{}}}} {
		var one, other all
		copyOf(&one, original)
		copyOf(&other, original)
		if !reflect.DeepEqual(&one, original) {
			t.Errorf("%+v, want %+v", one, original)
		}
		if one.Deep == nil {
			continue
		}
		*one.Time, *one.Inner.P, *one.Inner.S[0], (*one.Deep).P = time.Unix(7, 7), 7, "7", nil
		*one.Array[1].P, one.Raw[0] = 7, 7
		one.Inner.S[1], one.Array[0] = new(string), new(inner)
		if !reflect.DeepEqual(&other, filled()) || !reflect.DeepEqual(original, filled()) {
			t.Error("a change of one copy changes another one or the original")
		}
	}
}

func TestWhatCannotBeCopiedIsAnError(t *testing.T) {
	t.Parallel()
	type hidden struct{ p *int }
	type self struct{ Next *self }
	type loop struct{ Slice []struct{ Deep *loop } }
	for want, err := range map[string]error{
		"clone: a interface {} cannot be copied":                                          errorOf[any](),
		"clone: a func() cannot be copied, in the field F of a struct { F func() }":       errorOf[struct{ F func() }](),
		"clone: a chan int cannot be copied":                                              errorOf[[]chan int](),
		"clone: the field p of a clone_test.hidden cannot be copied: it is not exported":  errorOf[[]hidden](),
		"clone: clone_test.self refers to itself, in the field Next of a clone_test.self": errorOf[self](),
		"clone: a map[string]int cannot be copied":                                        errorOf[*map[string]int](),
		"clone: clone_test.loop refers to itself, in the field Deep of a struct { Deep *clone_test.loop }, in the field Slice of a clone_test.loop": errorOf[loop](),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	_ = hidden{p: nil}
}

func errorOf[T any]() error {
	_, err := clone.For[T]()
	return err
}
