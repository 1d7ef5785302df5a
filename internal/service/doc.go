// Package service does what Launch Library 2 does with a query over rows of
// JSON: it filters, searches, orders and pages them, writes the links of a page
// and cuts each row to the shape that was asked for. The [Rules] of an endpoint
// say which parameters and keys there are; a [Table] applies them to its rows.
//
// It knows nothing of HTTP beyond the URL that is asked for, of quotas, of
// tokens, or of package ll2 and its types: rows go out with the bytes that came
// in, so unknown keys, nulls and the order of keys survive.
package service
