package pipe_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func at(name string) transport.Endpoint { return transport.Endpoint{Network: pipe.Name, Host: name} }

// TestUnusable: what can be no pipe is said, whoever has named it; elsewhere than on Windows none can be.
func TestUnusable(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"":                       "is no named pipe",
		`a\b`:                    "is no named pipe",
		"a/b":                    "is no named pipe",
		"a:1":                    "is no named pipe",
		"a\x00b":                 "is no named pipe",
		strings.Repeat("x", 248): "Windows takes 247",
	}
	if runtime.GOOS != "windows" {
		want["bank"] = "named pipes are Windows's"
	}
	for name, want := range want {
		_, err := pipe.New().Dial(context.Background(), at(name))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("calling %q: got %v", name, err)
		}
		_, again := pipe.New().Listen(context.Background(), at(name))
		if again == nil || again.Error() != err.Error() || name == "bank" && !errors.Is(again, errors.ErrUnsupported) {
			t.Errorf("listening at %q: got %v", name, again)
		}
	}
	if _, err := pipe.New().Dial(context.Background(), transport.Endpoint{Network: pipe.Name, Host: "bank", Port: 1}); err == nil || !strings.Contains(err.Error(), "is no named pipe") {
		t.Errorf("with a port: %v", err)
	}
}
