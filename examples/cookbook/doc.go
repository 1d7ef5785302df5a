// Package cookbook has the code of doc/cookbook.md: a function for each recipe, to
// copy and change. Its tests run each function against package ll2test.
package cookbook
