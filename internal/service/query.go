package service

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Invalid has the errors of a query, by parameter: the body of the service's 400.
type Invalid map[string][]string

// Options select behaviour that is not fixed by the service.
type Options struct {
	// Shuffle brings the n rows of a list into any order before they are sorted, so
	// that rows with equal keys come in another order in every list, as from a
	// database. rand.Shuffle is such a function. Nil keeps the table's order.
	Shuffle func(n int, swap func(i, j int))

	// IgnoreOrder names terms of ordering that are silently ignored, as the service
	// ignores unknown ones.
	IgnoreOrder []string
}

// A choice is the part of a query that does not depend on the page.
type choice struct {
	conditions []condition
	terms      []string // of the search, in lower case
	order      []orderTerm
}

type orderTerm struct {
	column     *column
	descending bool
}

// choose reads the parameters that select and sort rows. A parameter without a value
// has no effect; if there are several values the last one counts.
func (t *Table) choose(q url.Values, ignored []string) (choice, Invalid) {
	var c choice
	wrong := make(Invalid)
	for _, name := range slices.Sorted(maps.Keys(q)) {
		text := strings.TrimSpace(last(q, name))
		filtered, compare := t.filter(name)
		if text == "" || filtered == nil {
			continue
		}
		if in, ok := filtered.where(compare, text); ok {
			c.conditions = append(c.conditions, in)
		} else if complaint := filtered.kind.complaint(); complaint != "" {
			wrong[name] = []string{complaint}
		}
	}
	if len(wrong) > 0 {
		return choice{}, wrong
	}
	for term := range strings.FieldsFuncSeq(last(q, "search"), isSeparator) {
		c.terms = append(c.terms, strings.ToLower(term))
	}
	for term := range strings.SplitSeq(last(q, "ordering"), ",") {
		name, descending := strings.CutPrefix(strings.TrimSpace(term), "-")
		if slices.Contains(ignored, name) {
			continue
		}
		if by := t.orderBy(name); by != nil {
			c.order = append(c.order, orderTerm{by, descending})
		}
	}
	return c, nil
}

// filter returns the column for a filter parameter, or nil if the parameter is not a
// filter.
func (t *Table) filter(name string) (*column, Compare) {
	if f, known := t.rules.Filters[name]; known {
		return t.column(f.Path), f.Compare
	}
	if !t.rules.Open || slices.Contains(parameters, name) {
		return nil, Equal
	}
	for suffix, compare := range comparisons {
		if field, ok := strings.CutSuffix(name, suffix); ok {
			return t.column(pathOf(field)), compare
		}
	}
	return t.column(pathOf(name)), Equal
}

// The parameters that are not filters.
var parameters = []string{"format", "limit", "mode", "offset", "ordering", "search"}

var comparisons = map[string]Compare{
	"__gt":  Greater,
	"__gte": GreaterOrEqual,
	"__lt":  Less,
	"__lte": LessOrEqual,
}

// orderBy returns the column for a term of ordering, or nil if there is none.
func (t *Table) orderBy(name string) *column {
	if path, known := t.rules.Orders[name]; known {
		return t.column(path)
	}
	if !t.rules.Open {
		return nil
	}
	return t.column(pathOf(name))
}

// pathOf converts the service's notation of a path.
func pathOf(name string) string { return strings.ReplaceAll(name, "__", ".") }

// isSeparator reports whether r separates the terms of a search.
func isSeparator(r rune) bool { return r == ',' || strings.ContainsRune(" \t\r\n\f\v", r) }

// key returns a text that is the same for two choices only if the choices are.
func (c *choice) key() string {
	var b []byte
	for _, in := range c.conditions {
		b = strconv.AppendQuote(b, in.column.name)
		b = strconv.AppendInt(b, int64(in.start), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(in.end), 10)
	}
	for _, term := range c.terms {
		b = append(b, '?')
		b = strconv.AppendQuote(b, term)
	}
	for _, by := range c.order {
		b = append(b, '>')
		b = strconv.AppendQuote(b, by.column.name)
		b = strconv.AppendBool(b, by.descending)
	}
	return string(b)
}

// last returns the value that counts for a parameter given several times.
func last(q url.Values, name string) string {
	values := q[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}
