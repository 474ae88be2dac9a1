package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// isWine reports whether the system is Wine. Its pipes have no instance that is disconnected from the start, by which Windows holds a name for its listener: there the first
// who calls gets it, and a second may listen at the name.
var isWine = sync.OnceValue(func() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
})

// occupy keeps callers from the instance by which a name is held, where the system does not. The result is nil, or is to be closed with the listener.
func occupy(name string) (io.Closer, error) {
	if !isWine() {
		return nil, nil
	}
	c, err := winio.DialPipe(path(name), nil)
	if err != nil {
		return nil, fmt.Errorf("Wine does not let the pipe %s be held: %w", name, err)
	}
	return c, nil
}

// takenFor is how long a name is asked about that nobody answers at: a pipe whose ends have been closed is there for some time yet.
const takenFor = time.Second

// isTaken reports whether somebody listens at a name, where listening does not tell.
func isTaken(ctx context.Context, name string) bool {
	if !isWine() {
		return false
	}
	for end := time.Now().Add(takenFor); ; {
		ask, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		c, err := winio.DialPipeContext(ask, path(name))
		cancel()
		switch {
		case err == nil:
			c.Close()
			return true
		case errors.Is(err, fs.ErrNotExist):
			return false
		case ctx.Err() != nil || time.Now().After(end): // busy is taken too
			return true
		}
	}
}
