package service

// Rules describe an endpoint of the service: the effect of query parameters, and the
// keys of each shape.
//
// A path names a value in a row: keys with dots between them, such as
// "flight_vehicle.spacecraft.name". The key * stands for every key.
type Rules struct {
	// Fields are the values by which rows are filtered and sorted, by path. A row
	// without the value, or with null, matches no filter and comes after all others,
	// as in the service's database. A value of another kind is an error of
	// [NewTable].
	Fields map[string]Kind

	// Filters are the parameters that select rows.
	Filters map[string]Filter

	// Orders are the terms that the parameter ordering accepts, with the path of the
	// field.
	Orders map[string]string

	// Search lists the paths of the texts in which the parameter search looks for
	// each of its terms.
	Search []string

	// Details lists the paths of the keys that the normal shape lacks. All other keys
	// are in both shapes.
	Details []string

	// Labels are the keys whose texts name the shape of a row or of a part of it, by
	// path, with the text that the normal shape has there. It replaces the text of
	// the row. A row without the key gets none. A label among the Details is left out
	// with them.
	Labels map[string]string

	// Defaults are keys of the detailed shape that a row may lack, with the path in
	// the same row from which their value is then taken.
	Defaults map[string]string

	// Open makes every scalar in a row a field. A parameter a__b compares a.b, with
	// __gt, __gte, __lt or __lte after it for the other comparisons; the terms of
	// ordering have the same form. An object counts as its id. The kind is the one
	// that all values of the field have, or else Text. Parameters and terms that name
	// nothing in any row are ignored.
	Open bool
}

// A Filter is a parameter that compares a field with its value.
type Filter struct {
	Path    string // of the field
	Compare Compare
}

// Compare is the comparison of a field with a filter's value.
type Compare int

// The comparisons.
const (
	Equal Compare = iota
	Greater
	GreaterOrEqual
	Less
	LessOrEqual
)

// Anything returns rules for an endpoint of which only the rows are known: every
// scalar is a field, search looks in the texts at a row's top level, and there is one
// shape.
func Anything() *Rules {
	return &Rules{Search: []string{"*"}, Open: true}
}
