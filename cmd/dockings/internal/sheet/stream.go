package sheet

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// A Stream is standard output or standard error, with its properties. It remembers the
// first failed write, because some callers ignore the error.
type Stream struct {
	io.Writer
	Terminal bool
	Width    int  // in columns; 0: no limit
	Cursor   bool // the cursor can be moved
	Color    bool
	Err      error // an [*OutputError]
}

// An OutputError is the error of a failed write to standard output.
type OutputError struct{ Err error }

// Error returns the text of the write's error.
func (e *OutputError) Error() string { return e.Err.Error() }

// Unwrap returns the error of the write.
func (e *OutputError) Unwrap() error { return e.Err }

// NewStream returns a stream for a file. COLUMNS sets the width, as in other programs,
// even if the file is not a terminal.
func NewStream(f *os.File, getenv func(string) string) *Stream {
	s := &Stream{Writer: f, Terminal: term.IsTerminal(int(f.Fd()))}
	if s.Terminal {
		s.Cursor = getenv("TERM") != "dumb"
		s.Width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			s.Width = width
		}
	}
	if width, err := strconv.Atoi(getenv("COLUMNS")); err == nil && width > 0 {
		s.Width = width
	}
	return s
}

// The values of --color.
const (
	ColorAuto   = "auto"
	ColorAlways = "always"
	ColorNever  = "never"
)

// SetColor turns colours on or off: with ColorAuto they are on for terminals, unless
// NO_COLOR is set.
func (s *Stream) SetColor(when string, getenv func(string) string) {
	switch when {
	case ColorAlways:
		s.Color = true
	case ColorNever:
		s.Color = false
	default:
		s.Color = s.Cursor && getenv("NO_COLOR") == ""
	}
}

// Write writes, or returns the error of an earlier failed write.
func (s *Stream) Write(p []byte) (int, error) {
	if s.Err != nil {
		return 0, s.Err
	}
	n, err := s.Writer.Write(p)
	if err != nil {
		s.Err = &OutputError{err}
	}
	return n, s.Err
}
