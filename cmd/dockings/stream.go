package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// A stream is standard output or standard error, with what is to be known of
// it. It remembers the first write that failed: not everything that writes to
// it passes errors on.
type stream struct {
	io.Writer
	terminal bool
	width    int  // in columns; 0: no bound
	cursor   bool // can be moved
	color    bool
	err      error
}

// newStream looks at a file. COLUMNS sets the width, as it does elsewhere, also
// where the file is no terminal.
func newStream(f *os.File, getenv func(string) string) *stream {
	s := &stream{Writer: f, terminal: term.IsTerminal(int(f.Fd()))}
	if s.terminal {
		s.cursor = getenv("TERM") != "dumb"
		s.color = s.cursor && getenv("NO_COLOR") == ""
		s.width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			s.width = width
		}
	}
	if width, err := strconv.Atoi(getenv("COLUMNS")); err == nil && width > 0 {
		s.width = width
	}
	return s
}

func (s *stream) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.Writer.Write(p)
	if err != nil {
		s.err = &outputError{err}
	}
	return n, s.err
}
