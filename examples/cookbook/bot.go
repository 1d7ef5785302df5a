package cookbook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
)

// RunBot announces dockings by post until ctx ends or something fails. It keeps a copy
// of all events, and how far it has come, in a folder.
func RunBot(ctx context.Context, client *ll2.Client, dir string, post func(context.Context, mirror.Change) error) error {
	m, err := mirror.Open(client, mirror.Dir(dir))
	if err != nil {
		return err
	}
	defer m.Close()
	return Announce(ctx, m, filepath.Join(dir, "announced"), post)
}

// Announce calls post for each new docking, until ctx ends or something fails. The
// file holds the number of the last change that was handled: the next run continues
// after it.
func Announce(ctx context.Context, m *mirror.Mirror, file string, post func(context.Context, mirror.Change) error) error {
	after := m.Status().Seq // the first run: only changes from now on
	text, err := os.ReadFile(file)
	if err == nil {
		after, err = strconv.ParseUint(string(text), 10, 64)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for change, err := range m.Changes(ctx, after) {
		if err != nil {
			return err // ctx has ended, or mirror.ErrBehind
		}
		if change.Kind == mirror.Docked {
			if err := post(ctx, change); err != nil {
				return err // the next run posts it again
			}
		}
		if err := replaceFile(file, strconv.AppendUint(nil, change.Seq, 10)); err != nil {
			return err
		}
	}
	return nil
}

// ToWebhook returns a function for Announce that posts a change to a URL as JSON.
func ToWebhook(client *http.Client, url string) func(context.Context, mirror.Change) error {
	return func(ctx context.Context, change mirror.Change) error {
		body, err := json.Marshal(map[string]any{
			"id":   change.Seq, // the receiver can recognize a message that comes twice
			"text": fmt.Sprint("New: ", change.After),
		})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			return fmt.Errorf("the webhook answered %s", resp.Status)
		}
		return nil
	}
}
