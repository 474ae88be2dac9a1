package servants

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/orb"
)

// The most that blob and lines return.
const (
	mostOctets = 64 << 20
	mostLines  = 1 << 20
)

type params struct {
	interop.ParamsBase
	_ byte
}

func (*params) Mix(_ context.Context, a, b int32) (result, bOut, c int32, err error) {
	return a + b, a - b, a * b, nil
}

func (*params) Swap(_ context.Context, a, b interop.Entry) (aOut, bOut interop.Entry, err error) {
	return b, a, nil
}

func (*params) Split(_ context.Context, v string) (head, tail string, err error) {
	for i := range v {
		if i > 0 {
			return v[:i], v[i:], nil
		}
	}
	return v, "", nil
}

func (*params) Many(_ context.Context, a byte, b float64, d interop.Strings, f interop.ByColor, h bool, i interop.Node) (
	result interop.Color, bOut float64, c interop.Longs, dOut interop.Strings, e dyn.Any, fOut interop.ByColor, g interop.Matrix,
	iOut interop.Node, err error) {
	n := int32(a)
	e = dyn.Long.Any(-1)
	if h {
		e = dyn.String.Any("many")
	}
	for r := range g {
		for k := range g[r] {
			g[r][k] = n * int32(3*r+k)
		}
	}
	return interop.Color(a % 3), mirror.Float(b), interop.Longs{n, n + 1, n + 2}, mirror.Strings(d), e, mirror.ByColor(f), g,
		mirror.Node(i), nil
}

func (*params) Objects(_ context.Context, a, b orb.Object) (result, bOut, c orb.Object, err error) {
	return b, a, nil, nil
}

func (*params) Keywords(_ context.Context, typ, fn, module int32) (rang, moduleOut int32, err error) {
	return typ + fn, -module, nil
}

type mistakes struct {
	interop.ErrorsBase
	_ byte
}

func (*mistakes) RaiseEmpty(context.Context) error { return &interop.Empty{} }

func (*mistakes) RaiseRefused(_ context.Context, code int32, why string) (result int32, never string, err error) {
	if code != 0 {
		return 0, "", &interop.Refused{Code: code, Why: why}
	}
	return 1, "none", nil
}

func (*mistakes) RaiseDetailed(_ context.Context, v interop.Entry) error {
	return &interop.Detailed{Item: v, State: interop.NewByColor_L(7), Extra: dyn.Long.Any(8)}
}

func (*mistakes) Undeclared(context.Context) error {
	return &interop.Refused{Code: 1, Why: "undeclared"}
}

func (*mistakes) Crash(context.Context) error { panic("as the case ex_crash wants it") }

func (*mistakes) NoResources(context.Context) error {
	return exc.New(exc.NoResources, 5, exc.Maybe, "as the case ex_system wants it")
}

func (*mistakes) System(_ context.Context, name string, minor, completed uint32) error {
	kind, ok := exc.KindOf("IDL:omg.org/CORBA/" + name + ":1.0")
	if !ok {
		kind = exc.BadOperation
	}
	return exc.New(kind, minor, exc.Completed(completed), "as the case ex_system_all wants it")
}

type traffic struct {
	interop.CallsBase
	interrupted atomic.Uint32
	mu          sync.Mutex
	sums        map[string]int32
}

func (*traffic) Ping(context.Context) error { return nil }

func (s *traffic) Pause(ctx context.Context, ms uint32) (uint32, error) {
	wait := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer wait.Stop()
	select {
	case <-wait.C:
		return ms, nil
	case <-ctx.Done():
		s.interrupted.Add(1)
		return 0, ctx.Err()
	}
}

func (s *traffic) Interrupted(context.Context) (uint32, error) { return s.interrupted.Load(), nil }

func (s *traffic) Post(_ context.Context, topic string, n int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sums[topic] += n
	return nil
}

func (s *traffic) Posted(_ context.Context, topic string) (int32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sums[topic], nil
}

func (*traffic) Blob(_ context.Context, size uint32) (interop.Octets, error) {
	if size > mostOctets {
		return nil, exc.New(exc.NoMemory, 0, exc.No, "a blob of %d octets", size)
	}
	return Blob(size), nil
}

func (*traffic) Checksum(_ context.Context, v interop.Octets) (uint32, error) {
	return Checksum(v), nil
}

func (*traffic) Lines(_ context.Context, count uint32) (interop.Strings, error) {
	if count > mostLines {
		return nil, exc.New(exc.NoMemory, 0, exc.No, "%d lines", count)
	}
	lines := make(interop.Strings, count)
	for i := range lines {
		lines[i] = "line " + strconv.Itoa(i)
	}
	return lines, nil
}

// Blob returns the octets of Calls::blob.
func Blob(size uint32) interop.Octets {
	v := make(interop.Octets, size)
	for i := range v {
		v[i] = byte(7*i + i/256)
	}
	return v
}

// Checksum is that of Calls::checksum.
func Checksum(v interop.Octets) uint32 {
	var sum uint32
	for _, o := range v {
		sum = 31*sum + uint32(o)
	}
	return sum
}
