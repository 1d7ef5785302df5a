package hint_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/docking-event/ll2/internal/hint"
)

func TestOnlyHintsThatWereGivenAreThere(t *testing.T) {
	t.Parallel()
	if ctx := t.Context(); hint.IsOnce(ctx) || !hint.IsOnce(hint.Once(ctx)) || !hint.IsOnce(hint.Walk(hint.Once(ctx))) {
		t.Error("a hint is lost, or there is one that nobody gave")
	}
}

func TestAWalkKeepsWhatWasChosenFirst(t *testing.T) {
	t.Parallel()
	n := 0
	choose := func() (int, error) { n++; return n, nil } //nolint:unparam // what Keep takes
	keep := func(ctx context.Context, owner string) int {
		t.Helper()
		got, err := hint.Keep(ctx, owner, choose)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	one, other := hint.Walk(t.Context()), hint.Walk(t.Context())
	inner, cancel := context.WithCancel(one)
	defer cancel()
	got := fmt.Sprint(keep(one, "a"), keep(inner, "a"), keep(one, "b"), keep(other, "a"), keep(one, "a"), keep(t.Context(), "a"), keep(t.Context(), "a"))
	if got != "1 1 2 3 1 4 5" {
		t.Error(got)
	}
}

func TestAnErrorIsNotKept(t *testing.T) {
	t.Parallel()
	ctx := hint.Walk(t.Context())
	failure := errors.New("not yet")
	if _, err := hint.Keep(ctx, 1, func() (int, error) { return 7, failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
	if got, err := hint.Keep(ctx, 1, func() (int, error) { return 8, nil }); got != 8 || err != nil {
		t.Error(got, err)
	}
}

func TestAFinalErrorIsFoundInWhateverWrapsIt(t *testing.T) {
	t.Parallel()
	cause := errors.New("mirror: cold")
	err := hint.FinalOf(fmt.Errorf("Get: %w", &hint.FinalError{Err: cause}))
	if err == nil || err.Error() != "mirror: cold" || !errors.Is(err, cause) {
		t.Error(err)
	}
	if err := hint.FinalOf(cause); err != nil {
		t.Error(err)
	}
}

func TestWhatIsReadyIsTakenOnceByWhoAskedForItsType(t *testing.T) {
	t.Parallel()
	outer, first := hint.WithReady[int](t.Context())
	inner, second := hint.WithReady[int](outer)
	if hint.ReadyOf[int](t.Context()) != nil || hint.ReadyOf[string](inner) != nil {
		t.Error("nobody asked for it")
	}
	if _, given := second.Take(); given {
		t.Error("nothing was given")
	}
	hint.ReadyOf[int](inner).Give(7)
	if n, given := first.Take(); given {
		t.Error("another request got", n)
	}
	if n, given := second.Take(); !given || n != 7 {
		t.Error(n, given)
	}
	if n, given := second.Take(); given || n != 0 {
		t.Error("it came twice", n)
	}
}
