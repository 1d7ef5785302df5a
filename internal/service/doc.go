// Package service does what Launch Library 2 does with a query over rows of
// JSON: it filters, searches, orders, pages and links them, and cuts each row to
// the shape asked for. Rows go out with the bytes that came in, so unknown keys,
// nulls and the order of keys survive. It knows nothing of HTTP but the URL, of
// quotas and tokens, or of the types of package ll2.
package service
