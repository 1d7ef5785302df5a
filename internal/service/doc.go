// Package service answers queries over rows of JSON as Launch Library 2 does: it
// filters, searches, sorts, divides into pages, adds links, and reduces each row to
// the requested shape. Rows keep their original bytes, so unknown keys, nulls and the
// order of keys survive. Apart from URLs, the package knows nothing about HTTP, and
// nothing about quotas, tokens or the types of package ll2.
package service
