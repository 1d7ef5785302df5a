package cli

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/spf13/cobra"
)

// formatHTML is the format of a page. The other formats are [draw.Formats].
const formatHTML = "html"

// pictureFormats are the formats of pictures.
var pictureFormats = []string{"svg", "png", "pdf"}

// The bounds of --size. A smaller picture shows nothing; a larger one takes gigabytes of
// memory.
var leastSize, mostSize = draw.Size{Width: 430, Height: 200}, draw.Size{Width: 8192, Height: 8192}

// outputFlags choose the file of a picture, its format and its look.
type outputFlags struct {
	file   string
	format choiceFlag
	size   sizeFlag
	dark   bool
	title  string
}

// register adds the flags to a command that writes these formats.
func (f *outputFlags) register(cmd *cobra.Command, formats ...string) {
	f.format.choices = formats
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "output", "o", "", "the `FILE` to write, "+f.endings()+"; - is standard output")
	flags.Var(&f.format, "format", "the format to write, if the extension of the file does not say it")
	flags.Var(&f.size, "size", "the size of the picture in pixels, such as 1920x1080; a PDF gets the same proportions")
	flags.BoolVar(&f.dark, "dark", false, "draw on a dark background")
	flags.StringVar(&f.title, "title", "", "`TEXT` that replaces the default title")
	complete(cmd, "output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveFilterFileExt))
	complete(cmd, "format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	complete(cmd, "size", cobra.FixedCompletions([]string{"1920x1080", "1280x720", "3840x2160"}, cobra.ShellCompDirectiveNoFileComp))
	complete(cmd, "title", cobra.NoFileCompletions)
}

// endings lists the extensions of the formats.
func (f *outputFlags) endings() string { return "." + either(f.format.choices, ".") }

// either joins words to a list with or, each with the same prefix.
func either(words []string, before string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", "+before) + " or " + before + words[last]
}

// A sizeFlag is a width and a height in pixels.
type sizeFlag struct{ draw.Size }

func (f *sizeFlag) Type() string { return "WxH" }

func (f *sizeFlag) String() string {
	if f.Size == (draw.Size{}) {
		return ""
	}
	return f.Size.String()
}

var sizeWords = regexp.MustCompile(`^([0-9]{1,9})[xX×]([0-9]{1,9})$`)

func (f *sizeFlag) Set(words string) error {
	match := sizeWords.FindStringSubmatch(strings.TrimSpace(words))
	if match == nil {
		return errors.New("write width x height in pixels, such as 1920x1080")
	}
	width, _ := strconv.Atoi(match[1]) // at most nine digits
	height, _ := strconv.Atoi(match[2])
	size := draw.Size{Width: width, Height: height}
	switch {
	case width < leastSize.Width || height < leastSize.Height:
		return fmt.Errorf("that is too small; write %v or more", leastSize)
	case width > mostSize.Width || height > mostSize.Height:
		return fmt.Errorf("that is too large; write %v or less", mostSize)
	}
	f.Size = size
	return nil
}

// An output is the destination of a picture.
type output struct {
	session *session
	format  string
	file    *asideFile // nil: standard output
	where   string
}

// kind returns the format to write. It refuses flags whose output would be useless. It makes
// no request and opens no file.
func (f *outputFlags) kind(cmd *cobra.Command, stdoutIsTerminal bool) (string, error) {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(f.file), "."))
	switch {
	case f.file == "":
		return "", usagef("%s needs a file to write; add -o stays%s", strings.TrimPrefix(cmd.CommandPath(), "dockings "), f.endings())
	case f.format.value != "":
		format = f.format.value
	case f.file == "-":
		return "", usagef("-o - does not say what to write; add --format %s", either(f.format.choices, ""))
	case !slices.Contains(f.format.choices, format):
		return "", usagef("-o %q does not say what to write; end the name with %s, or add --format", f.file, f.endings())
	}
	binary := format == "png" || format == "pdf"
	switch {
	case binary && f.file == "-" && stdoutIsTerminal:
		return "", usagef("a terminal does not show %s; write -o FILE, or send the output somewhere else", strings.ToUpper(format))
	case format == formatHTML && cmd.Flags().Changed("size"):
		return "", usagef("--size is for pictures; a page is as large as its window, so leave it out")
	case format == formatHTML && f.dark:
		return "", usagef("--dark is for pictures; a page is light or dark as its reader wants, so leave it out")
	}
	return format, nil
}

// open creates the file. Call it before the first request, which would be wasted if the file
// cannot be written. The caller must discard the output at the end.
func (f *outputFlags) open(s *session, format string) (*output, error) {
	if f.file == "-" {
		return &output{s, format, nil, "standard output"}, nil
	}
	file, err := writeAside(f.file)
	if err != nil {
		return nil, err
	}
	return &output{s, format, file, f.file}, nil
}

func (o *output) discard() error {
	if o.file == nil {
		return nil
	}
	return o.file.discard()
}

// empty says that no file is written, because no event fits.
func (o *output) empty() { o.session.Note("no event fits, so %s is not written", o.where) }

// picture writes a picture and reports it. Shown describes its contents.
func (o *output) picture(p *draw.Picture, shown string) error {
	var data bytes.Buffer
	if err := p.Encode(&data, o.format); err != nil {
		return err
	}
	unit := ""
	if o.format == "pdf" {
		unit = " pt"
	}
	return o.write(data.Bytes(), p.Pixels(o.format).String()+unit, shown)
}

// write writes the complete output and reports it.
func (o *output) write(data []byte, size, shown string) error {
	if o.file == nil {
		if _, err := o.session.out().Write(data); err != nil {
			return err
		}
	} else {
		if _, err := o.file.Write(data); err != nil {
			return o.file.failed(err)
		}
		if err := o.file.commit(); err != nil {
			return err
		}
	}
	parts := []string{strings.ToUpper(o.format)}
	if size != "" {
		parts = append(parts, size)
	}
	parts = append(parts, shown, fmt.Sprintf("%d kB", (len(data)+999)/1000))
	o.session.Note("wrote %s: %s", text.Clean(o.where), strings.Join(parts, ", "))
	return nil
}
