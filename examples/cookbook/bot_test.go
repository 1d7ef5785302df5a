package cookbook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

// A chat is a webhook in memory. It writes down the messages that it accepts.
type chat struct {
	began time.Time
	log   strings.Builder
	down  bool
}

func (c *chat) println(args ...any) {
	fmt.Fprintf(&c.log, "%5s  %s", time.Since(c.began).Truncate(time.Minute).String(), fmt.Sprintln(args...))
}

func (c *chat) RoundTrip(req *http.Request) (*http.Response, error) {
	var message struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(req.Body).Decode(&message); err != nil {
		return nil, err
	}
	status := http.StatusNoContent
	if c.down {
		status = http.StatusBadGateway
	} else {
		c.println(message.Text)
	}
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Body: http.NoBody}, nil
}

// runTheBot returns what a bot does in four hours of virtual time: it is stopped, and
// started again while the webhook is down.
func runTheBot(t *testing.T) (log string) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		events := ll2test.EventsAround(250, time.Now())
		server := ll2test.NewServer(events[:247]...)
		webhook := &chat{began: time.Now()}
		run := func(d time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			post := cookbook.ToWebhook(&http.Client{Transport: webhook}, "https://chat.example/hook")
			err := cookbook.RunBot(ctx, server.Client(), dir, post)
			if !errors.Is(err, context.DeadlineExceeded) {
				webhook.println("the bot ends:", err)
			}
		}
		time.AfterFunc(30*time.Minute, func() { server.SetEvents(events[:248]...) })
		run(90 * time.Minute)
		server.SetEvents(events[:249]...) // while the bot is not running
		webhook.down = true
		run(90 * time.Minute)
		time.Sleep(time.Minute)
		webhook.down = false
		time.AfterFunc(30*time.Minute, func() { server.SetEvents(events...) })
		run(2 * time.Hour)
		webhook.println(len(server.Requests()), "requests")
		log = webhook.log.String()
	})
	return log
}

func TestTheBotAnnouncesEachDockingAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	log := runTheBot(t)
	for _, event := range ll2test.EventsAround(250, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))[247:] {
		if said := strings.Count(log, fmt.Sprintf("docking event %d:", event.ID)); said != 1 {
			t.Errorf("event %d was announced %d times:\n%s", event.ID, said, log)
		}
	}
	if strings.Count(log, "the webhook answered 502 Bad Gateway") == 0 {
		t.Errorf("the webhook was never down:\n%s", log)
	}
}
