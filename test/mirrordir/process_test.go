package mirrordir_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/steps"
	"github.com/docking-event/ll2/mirror"
)

const (
	blobName = "events"
	lockName = "refresh"

	// longest is how long a process lives, and how long a test waits for one, however
	// slow the machine.
	longest = 60 * time.Second
)

// content returns the data of the n-th Save: of a size of its own, up to 3 writes
// long.
func content(n int) []byte {
	line := fmt.Appendf(nil, "%d\n", n)
	return bytes.Repeat(line, 1+n*7919%(600<<10)/len(line))
}

// count returns n of content(n), if data is all of it.
func count(data []byte) (int, error) {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	n, err := strconv.Atoi(string(line))
	if err != nil || !bytes.Equal(data, content(n)) {
		return 0, fmt.Errorf("%d bytes that begin with %.20q are what nobody has saved", len(data), data)
	}
	return n, nil
}

// load returns which Save is in the folder, 0 being none.
func load(s mirror.Store) (n int, gen uint64, err error) {
	data, gen, err := s.Load(context.Background(), blobName)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	n, err = count(data)
	return n, gen, err
}

// work does the work of a process: a word, the folder, and a number.
func work(role string) error {
	time.AfterFunc(longest, func() { os.Exit(3) })
	word, rest, _ := strings.Cut(role, " ")
	number, path, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	dir := mirror.Dir(path)
	switch word {
	case "save": // n times, then wait for the end
		for range n {
			if err := increment(dir); err != nil {
				return err
			}
		}
		return nil
	case "die": // before the n-th step of a Save
		return die(dir, n, func() { kill(os.Getpid()) })
	case "refresh": // a mirror, up to the n-th step of its saves
		return refreshUpTo(dir, n)
	case "hang":
		return die(dir, n, func() {
			fmt.Println("hangs")
			io.Copy(io.Discard, os.Stdin)
		})
	case "lock": // n times, with a file that only one process can have made
		return lockAgain(dir, path, n)
	case "hold": // until standard input ends
		if _, ok, err := dir.TryLock(context.Background(), lockName, time.Hour); err != nil || !ok {
			return fmt.Errorf("the lock was not free: %w", err)
		}
		fmt.Println("holds")
		io.Copy(io.Discard, os.Stdin)
		return nil
	}
	return special(word, dir, n)
}

// increment saves one more than is there, and says so before and after.
func increment(s mirror.Store) error {
	for {
		n, gen, err := load(s)
		if err != nil {
			return err
		}
		fmt.Printf("tries %d\n", n+1)
		switch err := s.Save(context.Background(), blobName, content(n+1), gen); {
		case errors.Is(err, mirror.ErrConflict):
			continue
		case err != nil:
			return err
		}
		fmt.Printf("saved %d\n", n+1)
		return nil
	}
}

// die saves one more than is there, up to a step.
func die(s mirror.Store, at int, end func()) error {
	n, gen, err := load(s)
	if err != nil {
		return err
	}
	ctx := steps.With(context.Background(), func(string) error {
		if at--; at == 0 {
			end()
		}
		return nil
	})
	return s.Save(ctx, blobName, content(n+1), gen)
}

// kill ends a process as kill -9 does, from inside, too.
func kill(pid int) {
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		panic(err)
	}
	time.Sleep(longest) // the signal is on its way
}

func lockAgain(s mirror.Store, path string, times int) error {
	marker := path + "/only-one"
	for held := 0; held < times; {
		unlock, ok, err := s.TryLock(context.Background(), lockName, time.Hour)
		if err != nil {
			return err
		}
		if !ok {
			time.Sleep(100 * time.Microsecond)
			continue
		}
		held++
		f, err := os.OpenFile(marker, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("two hold the lock: %w", err)
		}
		f.Close()
		if err := os.Remove(marker); err != nil {
			return fmt.Errorf("two hold the lock: %w", err)
		}
		unlock()
		unlock()
	}
	fmt.Printf("held %d\n", times)
	return nil
}

// A process is this program again.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	lines chan string // closed when it has ended
	said  []string
}

func start(t *testing.T, word, path string, n int) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", roleVariable, word, n, path))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, stdin: stdin, lines: make(chan string, 100_000)}
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() { p.end() })
	return p
}

// await waits for the next line that begins with a word.
func (p *process) await(t *testing.T, word string) string {
	t.Helper()
	timeout := time.After(longest)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				t.Fatalf("a process ended before it said %q; it said %q", word, p.said)
			}
			p.said = append(p.said, line)
			if strings.HasPrefix(line, word) {
				return line
			}
			if strings.HasPrefix(line, "error: ") {
				t.Fatal(line)
			}
		case <-timeout:
			t.Fatalf("a process does not say %q; it said %q", word, p.said)
		}
	}
}

// end kills it, if it has not ended, and returns what it said.
func (p *process) end() []string {
	p.cmd.Process.Kill()
	return p.wait()
}

func (p *process) wait() []string {
	for line := range p.lines {
		p.said = append(p.said, line)
	}
	p.cmd.Wait()
	return p.said
}

// numbers returns those that were said after a word.
func numbers(t *testing.T, said []string, word string) []int {
	t.Helper()
	var all []int
	for _, line := range said {
		if strings.HasPrefix(line, "error: ") {
			t.Error(line)
		}
		if text, ok := strings.CutPrefix(line, word+" "); ok {
			n, err := strconv.Atoi(text)
			if err != nil {
				continue // a line that was cut off by the end of the process
			}
			all = append(all, n)
		}
	}
	return all
}
