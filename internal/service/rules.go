package service

// Rules say what an endpoint of the service does with the parameters of a
// query, and which keys of a row belong to which shape.
//
// A path names a value in a row: keys with dots between, such as
// "flight_vehicle.spacecraft.name". The key * stands for every key.
type Rules struct {
	// Fields are the values by which rows are filtered and ordered, by path. A
	// row that has no such value, or null, fits no filter and is ordered behind
	// all others, as the service's database does. A value of another kind is an
	// error of [NewTable].
	Fields map[string]Kind

	// Filters are the parameters that choose rows.
	Filters map[string]Filter

	// Orders are the terms that the parameter ordering takes, with the path of
	// the field.
	Orders map[string]string

	// Search lists the paths of the texts in which the parameter search looks
	// for each of its terms.
	Search []string

	// Details lists the paths of the keys that the normal shape lacks. Keys that
	// are not listed are in both shapes.
	Details []string

	// Labels are the keys whose texts name the shape of a row or of a part of
	// it, by path, with the text that the normal shape has there. It takes the
	// place of whatever text the row has; a row without one gets none. A label
	// that is among the Details goes with them.
	Labels map[string]string

	// Defaults are keys of the detailed shape that a row may lack, with the path
	// in the same row from which their value is taken then.
	Defaults map[string]string

	// Open makes every scalar in a row a field. A parameter a__b compares a.b,
	// with __gt, __gte, __lt or __lte behind it for the other comparisons; the
	// terms of ordering are written the same way. An object counts as its id. The
	// kind is the one that all of the field's values have, else Text. Parameters
	// and terms that name nothing in any row are ignored.
	Open bool
}

// A Filter is a parameter that compares a field with its value.
type Filter struct {
	Path    string // of the field
	Compare Compare
}

// Compare is how a field has to stand to a filter's value.
type Compare int

// The comparisons.
const (
	Equal Compare = iota
	Greater
	GreaterOrEqual
	Less
	LessOrEqual
)

// Anything returns rules for an endpoint of which only its rows are known: every
// scalar is a field, search looks in the texts at a row's top level, and there
// is one shape.
func Anything() *Rules {
	return &Rules{Search: []string{"*"}, Open: true}
}
