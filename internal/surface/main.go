// Command surface lists the exported API of packages, a line for each name, and says
// what a change of it breaks. Run it in the module of the packages:
//
//	surface -list . ./mirror >promised.txt
//	surface -against promised.txt -changelog CHANGELOG.md . ./mirror
//
// The second form fails if a line of the file is no longer true and the change log does
// not announce it, by name, under Changed or Removed. Additions are always allowed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// options holds the values of the command line.
type options struct {
	list      bool
	against   string // file with an earlier listing
	changelog string
	since     string // the version of the earlier listing; "" for the newest of the change log
	packages  []string
}

var errBroken = errors.New("the exported API has changed incompatibly, and the change log does not say so")

func main() {
	var o options
	flag.BoolVar(&o.list, "list", false, "print the API")
	flag.StringVar(&o.against, "against", "", "`file` with an earlier listing")
	flag.StringVar(&o.changelog, "changelog", "", "`file` that announces changes")
	flag.StringVar(&o.since, "since", "", "`version` of the earlier listing (default: the newest of the change log)")
	flag.Parse()
	o.packages = flag.Args()
	if err := run(context.Background(), o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "surface:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	now, err := listing(ctx, ".", o.packages)
	if err != nil {
		return err
	}
	if o.list {
		_, err := fmt.Fprintln(out, strings.Join(now, "\n"))
		return err
	}
	before, err := os.ReadFile(o.against)
	if err != nil {
		return err
	}
	log, err := os.ReadFile(o.changelog)
	if err != nil {
		return err
	}
	return judge(lines(string(before)), now, string(log), o.since, out)
}

// judge prints what changed incompatibly, and fails if a change is not announced.
func judge(before, now []string, log, since string, out io.Writer) error {
	announced, err := announcements(log, since)
	if err != nil {
		return err
	}
	var failed error
	for _, b := range breaks(before, now) {
		if b.announced(announced) {
			fmt.Fprintf(out, "%s has changed, as announced\n", b.name)
			continue
		}
		failed = errBroken
		fmt.Fprintf(out, "%s: announce it as `%s` under Changed or Removed\n\twas: %s\n\tis:  %s\n", b.name, b.short(), b.was, b.is)
	}
	return failed
}

// lines splits a listing.
func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}
