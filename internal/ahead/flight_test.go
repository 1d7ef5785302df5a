package ahead_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/ahead"
)

func TestAPageTakesItsPlaceBehindThePageBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var admitted []int
		s := &service{count: 100, takes: time.Second}
		s.get = func(_ context.Context, offset int, admit func(error)) error {
			if admit != nil {
				time.Sleep(time.Duration(100-offset) * time.Second) // the later, the sooner it would be
				s.mu.Lock()
				admitted = append(admitted, offset)
				s.mu.Unlock()
				admit(nil)
			}
			return nil
		}
		if _, err := s.walk(ahead.New(t.Context(), 5, s.Get), nil); err != nil {
			t.Error(err)
		}
		wantPages(t, "places taken", admitted, tens(100)[1:])
		wantPages(t, "asked", s.asked, tens(100))
	})
}

var errRefused = errors.New("refused")

// A page without a place is sent for when its turn comes; those behind it are not
// sent before, or they would take a place for nothing. When it has come, there is
// quota again.
func TestARefusedPageIsAskedForAgainWhenItsTurnComes(t *testing.T) {
	for name, refuse := range map[string]func(offset int) bool{
		"one":          func(offset int) bool { return offset == 40 },
		"the first":    func(offset int) bool { return offset == 10 },
		"the last":     func(offset int) bool { return offset == 190 },
		"two in a row": func(offset int) bool { return offset == 40 || offset == 50 },
		"every other":  func(offset int) bool { return offset/10%2 == 0 },
		"all":          func(int) bool { return true },
	} {
		for _, n := range []int{2, 3, 8, 100} {
			t.Run(fmt.Sprintf("%s of %d", name, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &service{count: 200, takes: time.Second}
					s.get = func(_ context.Context, offset int, admitted func(error)) error {
						if admitted == nil {
							return nil
						}
						if refuse(offset) {
							admitted(errRefused)
							return errRefused
						}
						admitted(nil)
						return nil
					}
					pages, err := s.walk(ahead.New(t.Context(), n, s.Get), func(int) {
						time.Sleep(time.Minute) // so that all that can be is under way
					})
					wantPages(t, "pages", pages, tens(200))
					if err != nil {
						t.Error(err)
					}
					// None is sent for that is behind one without a place.
					waiting := make(map[int]bool)
					for i, offset := range s.asked {
						early := i > 0 && slices.Contains(s.early, offset) && !waiting[offset]
						if len(waiting) > 0 && !waiting[offset] {
							t.Errorf("%d was asked for before %v had a place", offset, waiting)
						}
						delete(waiting, offset)
						if early && refuse(offset) {
							waiting[offset] = true
						}
					}
					// The walk goes ahead again afterwards: each page that follows one
					// that came is asked for early.
					wantPages(t, "before their turn", s.early, tens(200)[1:])
				})
			})
		}
	}
}

func TestAPageThatIsRefusedAtItsTurnIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 200, takes: time.Second}
		places := 4
		s.get = func(_ context.Context, _ int, admitted func(error)) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			var err error
			if places--; places < 0 {
				err = errRefused
			}
			if admitted != nil {
				admitted(err)
			}
			return err
		}
		pages, err := s.walk(ahead.New(t.Context(), 8, s.Get), nil)
		wantPages(t, "pages", pages, tens(40))
		wantPages(t, "asked", s.asked, []int{0, 10, 20, 30, 40, 40})
		if !errors.Is(err, errRefused) {
			t.Error(err)
		}
	})
}

// An error after the request had a place, such as a retry that is refused, is the
// page's: it was sent.
func TestOnlyTheFirstWordOnAPlaceCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 200, takes: time.Second}
		s.get = func(_ context.Context, offset int, admitted func(error)) error {
			if admitted == nil {
				return nil
			}
			admitted(nil)
			if offset == 20 {
				time.Sleep(time.Minute)
				admitted(errRefused)
				return errRefused
			}
			return nil
		}
		pages, err := s.walk(ahead.New(t.Context(), 4, s.Get), nil)
		wantPages(t, "pages", pages, tens(20))
		slices.Sort(s.asked)
		if wantPages(t, "asked", s.asked, tens(60)); !errors.Is(err, errRefused) {
			t.Error(err)
		}
	})
}

func TestAnErrorComesWhenItsTurnComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		s := &service{count: 200, takes: time.Second}
		s.get = func(_ context.Context, offset int, _ func(error)) error {
			if offset == 30 {
				return broken // without calling admitted
			}
			time.Sleep(time.Minute)
			return nil
		}
		pages, err := s.walk(ahead.New(t.Context(), 4, s.Get), nil)
		wantPages(t, "pages", pages, tens(30))
		if !errors.Is(err, broken) || s.flying != 0 {
			t.Errorf("%v, %d under way", err, s.flying)
		}
	})
}

func TestAPanicComesWhenItsTurnComesOnTheCallersGoroutine(t *testing.T) {
	for name, place := range map[string]func(func(error)){
		"before it has a place": func(func(error)) {},
		"with a place":          func(admitted func(error)) { admitted(nil) },
		"without a place":       func(admitted func(error)) { admitted(errRefused) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{count: 200, takes: time.Second}
				s.get = func(_ context.Context, offset int, admitted func(error)) error {
					if offset == 30 {
						place(admitted)
						panic("transport")
					}
					return nil
				}
				var read []int
				defer func() {
					wantPages(t, "pages", read, tens(30))
					if r := recover(); r != "transport" || s.flying != 0 {
						t.Errorf("recovered %v, %d under way", r, s.flying)
					}
				}()
				_, err := s.walk(ahead.New(t.Context(), 3, s.Get), func(offset int) { read = append(read, offset) })
				t.Error("no panic, but", err)
			})
		})
	}
}

func TestAGoroutineThatEndsWithoutAPageIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 200, takes: time.Second}
		s.get = func(_ context.Context, offset int, _ func(error)) error {
			if offset == 30 {
				runtime.Goexit()
			}
			return nil
		}
		pages, err := s.walk(ahead.New(t.Context(), 3, s.Get), nil)
		wantPages(t, "pages", pages, tens(30))
		if !errors.Is(err, ahead.ErrNoEnd) {
			t.Error(err)
		}
	})
}
