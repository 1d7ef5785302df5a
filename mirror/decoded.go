package mirror

import (
	"context"
	"sync/atomic"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/clone"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/service"
)

// Decoding takes most of the time of an answer. So each row is decoded once per
// shape, when it is first requested, from the bytes that would otherwise be the
// answer. Callers get deep copies, never the values that are kept here.

// decoded holds decoded rows, which answer requests without any bytes.
type decoded interface {
	// page answers a request for a page, and reports whether it could.
	page(ctx context.Context, p service.Page) bool

	// row answers a request for one row in the detailed shape, and reports whether it
	// could.
	row(ctx context.Context, i int) bool
}

// decoding returns a function that decodes the rows of a table into values of type T.
func decoding[T any]() func(*service.Table) decoded {
	copyOf, err := clone.For[T]()
	if err != nil {
		return func(*service.Table) decoded { return undecoded{} }
	}
	return func(table *service.Table) decoded {
		return &decodedRows[T]{
			table: table, copyOf: copyOf,
			normal: make([]atomic.Pointer[T], table.Len()), detailed: make([]atomic.Pointer[T], table.Len()),
		}
	}
}

type decodedRows[T any] struct {
	table            *service.Table
	copyOf           clone.Func[T]
	normal, detailed []atomic.Pointer[T] // nil until a row is first requested
}

func (d *decodedRows[T]) page(ctx context.Context, p service.Page) bool {
	ready := hint.ReadyOf[body.Page[T]](ctx)
	if ready == nil {
		return false
	}
	rows := make([]T, len(p.Rows))
	for i, at := range p.Rows {
		if !d.copyTo(&rows[i], int(at), p.Shape) {
			return false
		}
	}
	ready.Give(body.Page[T]{Count: p.Count, Next: p.Next, Previous: p.Previous, Results: rows})
	return true
}

func (d *decodedRows[T]) row(ctx context.Context, i int) bool {
	ready := hint.ReadyOf[*T](ctx)
	row := new(T)
	if ready == nil || !d.copyTo(row, i, service.Shape{Detailed: true}) {
		return false
	}
	ready.Give(row)
	return true
}

// copyTo reports whether it could. Errors in a row are left to the caller, who then
// decodes the bytes.
func (d *decodedRows[T]) copyTo(dst *T, i int, shape service.Shape) bool {
	if shape.Format != "" {
		return false // the links in the row cause the error
	}
	kept := &d.normal[i]
	if shape.Detailed {
		kept = &d.detailed[i]
	}
	row := kept.Load()
	if row == nil {
		row = new(T)
		if body.ReadRow(d.table.Row(i, shape), row) != nil {
			return false
		}
		kept.Store(row)
	}
	d.copyOf(dst, row)
	return true
}

// undecoded is used for rows of a type that cannot be copied: each answer is decoded
// anew.
type undecoded struct{}

func (undecoded) page(context.Context, service.Page) bool { return false }
func (undecoded) row(context.Context, int) bool           { return false }
