// Package browser has tests of the tool's pages in a real browser. They need Chromium,
// and fail without it, so they are built with the tag browser only:
//
//	go test -tags browser ./internal/browser
package browser
