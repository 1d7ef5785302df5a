// Package clone makes deep copies of values, which share nothing that can be changed.
// The only type that it treats specially is time.Time.
package clone

import (
	"fmt"
	"reflect"
	"time"
)

// A Func copies src to dst, which then shares nothing with src that can be changed.
type Func[T any] func(dst, src *T)

// For returns a function that copies a T. It fails if a T can hold something that it
// cannot copy: a map, an interface, a func, a channel, itself, or a reference in a
// field that is not exported.
func For[T any]() (Func[T], error) {
	own, err := make(planner).plan(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("clone: %w", err)
	}
	return func(dst, src *T) {
		*dst = *src
		if own != nil {
			own(reflect.ValueOf(dst).Elem())
		}
	}, nil
}

// An owner replaces, in a value that was assigned from another one, everything that
// both refer to by copies. A type without references has no owner.
type owner func(reflect.Value)

// A planner has the owners of the types that it has seen.
type planner map[reflect.Type]*plan

type plan struct {
	own  owner
	done bool
}

func (p planner) plan(t reflect.Type) (owner, error) {
	if known := p[t]; known != nil {
		if !known.done {
			return nil, fmt.Errorf("%v refers to itself", t)
		}
		return known.own, nil
	}
	p[t] = new(plan)
	own, err := p.owner(t)
	*p[t] = plan{own, true}
	return own, err
}

func (p planner) owner(t reflect.Type) (owner, error) {
	switch t.Kind() {
	case reflect.Struct:
		return p.fields(t)
	case reflect.Pointer, reflect.Slice, reflect.Array:
	case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return nil, fmt.Errorf("a %v cannot be copied", t)
	default:
		return nil, nil
	}
	inner, err := p.plan(t.Elem())
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case reflect.Pointer:
		return pointer(t.Elem(), inner), nil
	case reflect.Slice:
		return slice(t, inner), nil
	default:
		return elements(inner), nil
	}
}

func pointer(elem reflect.Type, inner owner) owner {
	return func(v reflect.Value) {
		if v.IsNil() {
			return
		}
		mine := reflect.New(elem)
		to := mine.Elem()
		to.Set(v.Elem())
		if inner != nil {
			inner(to)
		}
		v.Set(mine)
	}
}

func slice(t reflect.Type, inner owner) owner {
	each := elements(inner)
	return func(v reflect.Value) {
		if v.IsNil() {
			return
		}
		mine := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(mine, v)
		if each != nil {
			each(mine)
		}
		v.Set(mine)
	}
}

func elements(inner owner) owner {
	if inner == nil {
		return nil
	}
	return func(v reflect.Value) {
		for i := range v.Len() {
			inner(v.Index(i))
		}
	}
}

func (p planner) fields(t reflect.Type) (owner, error) {
	if t == reflect.TypeFor[time.Time]() {
		return nil, nil // its location cannot be changed
	}
	type field struct {
		index int
		own   owner
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		own, err := p.plan(f.Type)
		if err != nil {
			return nil, fmt.Errorf("%w, in the field %s of a %v", err, f.Name, t)
		}
		if own != nil && !f.IsExported() {
			return nil, fmt.Errorf("the field %s of a %v cannot be copied: it is not exported", f.Name, t)
		}
		if own != nil {
			fields = append(fields, field{i, own})
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	return func(v reflect.Value) {
		for i := range fields {
			fields[i].own(v.Field(fields[i].index))
		}
	}, nil
}
