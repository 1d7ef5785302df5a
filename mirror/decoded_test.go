package mirror_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/clone"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// filled returns a T of which every reference leads somewhere.
func filled[T any]() *T {
	v := new(T)
	fill(reflect.ValueOf(v).Elem())
	return v
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 3))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.Zero(v.Type().Key()), value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2024, 2, 29, 1, 2, 3, 4, time.FixedZone("", 3600))))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(8)
	default:
		panic(v.Type())
	}
}

// references returns where the pointers, slices and maps lead that v reaches, by path.
func references(v reflect.Value, path string, found map[string]uintptr) map[string]uintptr {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			found[path] = v.Pointer()
			references(v.Elem(), path+"*", found)
		}
	case reflect.Slice:
		if v.Len() > 0 {
			found[path] = v.Pointer()
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			references(v.Index(i), path+"[]", found)
		}
	case reflect.Map:
		found[path] = v.Pointer()
		for _, key := range v.MapKeys() {
			references(v.MapIndex(key), path+"[k]", found)
		}
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[time.Time]() {
			for i := range v.NumField() {
				references(v.Field(i), path+"."+v.Type().Field(i).Name, found)
			}
		}
	default:
	}
	return found
}

// disjoint checks that no two of the values share anything that can be changed. Each of
// them has at least that many references.
func disjoint(t *testing.T, least int, values ...any) {
	t.Helper()
	seen := make(map[uintptr]string)
	for _, v := range values {
		found := references(reflect.ValueOf(v), "", make(map[string]uintptr))
		if len(found) < least {
			t.Errorf("%d references in a %T are no fair sample: %v", len(found), v, found)
		}
		for path, at := range found {
			if was, twice := seen[at]; twice {
				t.Errorf("two of a %T share %s and %s", v, was, path)
			}
			seen[at] = path
		}
	}
}

// isCopiedDeeply fails if a row type gets a field that copies would share.
func isCopiedDeeply[T any](t *testing.T, least int) {
	t.Helper()
	copyOf, err := clone.For[T]()
	if err != nil {
		t.Fatal(err)
	}
	original := filled[T]()
	one, other := new(T), new(T)
	copyOf(one, original)
	copyOf(other, original)
	if !reflect.DeepEqual(one, original) || !reflect.DeepEqual(original, filled[T]()) {
		t.Errorf("the copy of a %T is not equal", one)
	}
	disjoint(t, least, original, one, other)
}

func TestEveryFieldOfARowIsCopiedDeeply(t *testing.T) {
	isCopiedDeeply[ll2.DockingEvent](t, 41)
	isCopiedDeeply[ll230.DockingEvent](t, 150)
}

func TestNoTwoAnswersShareWhatCanBeChanged(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(30)...).Client(), mirror.Memory())
	list := func() any {
		page, err := m.DockingEvents.List(t.Context(), ll2.InMode(ll2.ModeDetailed))
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	get := func() any {
		event, err := m.DockingEvents.Get(t.Context(), 7)
		if err != nil {
			t.Fatal(err)
		}
		return event
	}
	walk := func() any {
		events, err := ll2.Collect(m.DockingEvents.All(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	disjoint(t, 10, list(), get(), walk(), list(), get(), walk())
}

func TestNothingIsDecodedTwice(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(150)...).Client(), mirror.Memory())
	refresh(t, m)
	for link, given := range map[string]bool{"?limit=100": true, "?limit=100&mode=detailed": true, "7/": true, "?format=json": false, "7/?format=json": false, "?docking__gt=x": false} {
		ctx, pages := hint.WithReady[body.Page[ll2.DockingEvent]](t.Context())
		ctx, rows := hint.WithReady[*ll2.DockingEvent](ctx)
		text, err := mirror.Answer(ctx, m, "http://ll2.test/2.2.0/docking_event/"+link)
		_, page := pages.Take()
		_, row := rows.Take()
		if err != nil || (page || row) != given || (text == "") != given || row && page {
			t.Errorf("%s: page %v, row %v, text %.40q, %v", link, page, row, text, err)
		}
	}
}

// An invalid row that the service has sent causes the error that the service's row causes.
func TestARowThatDoesNotDecodeIsToldAsThatOfTheService(t *testing.T) {
	server := ll2test.NewServer()
	const good, bad = `{"id":1,"docking":"2024-01-31T12:00:00Z"}`, `{"id":2,"docking":"2024-02-01T12:00:00Z","launch_id":7}`
	if err := server.SetRows("2.2.0/docking_event/", json.RawMessage(good), json.RawMessage(bad)); err != nil {
		t.Fatal(err)
	}
	client := server.Client(ll2.WithRetries(0))
	m := open(t, client, mirror.Memory())
	for _, service := range []*ll2.DockingEventsService{client.DockingEvents, m.DockingEvents} {
		_, err := service.List(t.Context())
		var decode *ll2.DecodeError
		if !errors.As(err, &decode) || decode.Field != "results[1].launch_id" || decode.ID != "2" {
			t.Errorf("List: %v", err)
		}
		if _, err := service.Get(t.Context(), 2); !errors.As(err, &decode) || decode.Field != "launch_id" || decode.ID != "2" {
			t.Errorf("Get: %v", err)
		}
		if e, err := service.Get(t.Context(), 1); err != nil || e.ID != 1 {
			t.Errorf("Get: %v, %v", e, err)
		}
	}
}
