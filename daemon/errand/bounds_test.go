package errand_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/daemon/errand"
	"github.com/opendsom/dsom/internal/storetest"
)

// TestKnownErrands holds how many errands a machine knows that are over already: who comes then is refused, and told that nothing was done, until they are forgotten.
func TestKnownErrands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := storetest.NewHub()
		served := 0
		serve(t, hub.View(), func(http.ResponseWriter, *http.Request) { served++ })
		view := hub.View()
		one := func() error {
			res, err := send(t.Context(), view, http.MethodPost, "/", "")
			if err == nil {
				err = res.Body.Close()
			}
			synctest.Wait()
			return err
		}
		for range 64 * errand.MaxAtOne {
			if err := one(); err != nil {
				t.Fatal(err)
			}
		}
		was := served
		err := one()
		var e *errand.Error
		if !errors.As(err, &e) || e.Begun || !strings.Contains(err.Error(), "of late") || strings.Contains(err.Error(), "not known whether") || served != was {
			t.Errorf("one more than are known: %v, and %d of %d were done", err, served, was)
		}
		time.Sleep(time.Minute) // of the bubble's time
		if err := one(); err != nil || served != was+1 {
			t.Errorf("when those before are forgotten: %v", err)
		}
	})
}

// TestFrom has somebody ask for what is not there of an answer: before what is left of it, and behind what has come.
func TestFrom(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	more := make(chan struct{})
	serve(t, hub.View(), func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("hello"))
		<-more
	})
	t.Cleanup(func() { close(more) })
	view := hub.View()
	type ask struct {
		ID   string         `json:"id"`
		Want map[string]any `json:"want"`
		From int64          `json:"from"`
	}
	var got struct {
		Data  []byte `json:"data"`
		Error string `json:"error"`
	}
	for _, c := range []struct {
		from        int64
		data, wrong string
	}{{0, "hello", ""}, {2, "llo", ""}, {6, "", "from 6 on, is not there: 2 to 5 are"}, {1 << 62, "", "is not there: 2 to 5 are"}, {1, "", "is not there: 2 to 5 are"}, {-1, "", "is not there: 2 to 5 are"}, {2, "llo", ""}} {
		b, err := json.Marshal(ask{"x", map[string]any{"method": "GET", "path": "/", "by": "a"}, c.from})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		answer, err := view.Ask(ctx, "b", b)
		cancel()
		got.Data, got.Error = nil, ""
		if err == nil {
			err = json.Unmarshal(answer, &got)
		}
		if err != nil || string(got.Data) != c.data || (got.Error == "") != (c.wrong == "") || !strings.Contains(got.Error, c.wrong) {
			t.Errorf("from %d: got %q, %q, %v; want %q, %q", c.from, got.Data, got.Error, err, c.data, c.wrong)
		}
	}
}
