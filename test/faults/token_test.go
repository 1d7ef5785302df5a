package faults_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

func TestTheTokenIsInNothingThatIsSaidOfAnyFault(t *testing.T) {
	t.Parallel()
	for _, f := range answerFaults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var diary testkit.Diary
				stage := f.stage(t, faultEver)
				client := stage.client(diary.Options()...)
				_, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(faultPageSize), ll2.OrderBy(ll2.ByID)))
				diary.Fail(err)
				diary.Note(client, *client, client.DockingEvents, client.Quota(), client.Limiter())
				diary.Check(t, "offset=10")
			})
		})
	}
}

func TestTheTokenIsNotInWhatIsSaidOfDamagedHeaders(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"status line":   testkit.Canary + "\r\n\r\n",
		"status":        "HTTP/1.1 " + testkit.Canary + "\r\n\r\n",
		"header":        "HTTP/1.1 200 OK\r\n" + testkit.Canary + "\r\n\r\n",
		"length":        "HTTP/1.1 200 OK\r\nContent-Length: " + testkit.Canary + "\r\n\r\n",
		"transfer":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + testkit.Canary + "\r\n\r\n",
		"chunk":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + testkit.Canary + "\r\n",
		"status's text": "HTTP/1.1 400 " + testkit.Canary + "\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diary testkit.Diary
			stage := faultOverSocket(func(s *faultSocket, w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					s.t.Error(err)
					return
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, answer)
			}).stage(t, faultEver)
			client := stage.client(diary.Options()...)
			_, err := client.DockingEvents.List(t.Context(), ll2.Offset(10))
			if err == nil {
				t.Error("no error")
			}
			diary.Fail(err)
			diary.Check(t, "offset=10")
		})
	}
}
