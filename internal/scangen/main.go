// Scangen writes the methods by which structs read themselves out of JSON, see
// internal/jsonscan. For each struct that one of a package leads to, it writes a
// method that expects the keys in the order of the fields, which is to be the order in
// which they mostly come:
//
//	//go:generate go run ./internal/scangen -o decode.go DockingEvent
//
// What a field needs its type says. The package has, by hand, a struct named blocks, of
// which a [jsonscan.Block] is used where there is one for the type of a pointer. A
// method of *blocks whose second parameter is a pointer to a pointer reads the fields that
// are such pointers. The function own is called with all raw values of a struct when it
// has been read.
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
