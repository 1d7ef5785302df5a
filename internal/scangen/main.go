// Scangen writes the methods with which structs read themselves from JSON, see
// internal/jsonscan. It writes a method for a struct and for each struct that it
// refers to in the same package. The method expects the keys in the order of the
// fields, so that should be their usual order:
//
//	//go:generate go run ./internal/scangen -o decode.go DockingEvent
//
// The type of a field determines how it is read. Three things in the package are
// written by hand. A struct named blocks has a [jsonscan.Block] for some types of
// pointers, which is then used for these. A method of *blocks whose second parameter
// is a pointer to a pointer reads the fields of that pointer type. The function own
// is called with all raw values of a struct after it has been read.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "decode_gen.go", "the file to write")
	flag.Parse()
	if err := run(".", *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "scangen:", err)
		os.Exit(1)
	}
}

func run(dir, out string, roots []string) error {
	if len(roots) != 1 {
		return fmt.Errorf("it takes the name of one struct, not %d", len(roots))
	}
	text, err := generate(dir, out, roots[0])
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}
