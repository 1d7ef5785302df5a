// Package browser tests the tool's pages in a real browser. The tests need Chromium and
// fail without it, so they are built only with the tag browser:
//
//	go test -tags browser ./internal/browser
package browser
