package somd_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// A spreader returns what it gets: a list of numbers, one more, and an object.
type spreader struct{ som.Base }

var spreads atomic.Int32

func (s *spreader) Spread(_ context.Context, list []float64, after int32, o som.Ref) ([]float64, int32, som.Ref, error) {
	spreads.Add(1)
	return list, after, o, errors.Join(o.Retain())
}

var spreaderClass = som.MustClass[spreader]("Toys::Spreader")

// inFragments completes a little-endian message of GIOP 1.1 that has been begun with a list of n doubles, 0.5 and on, a long, and the octets of a
// reference. each: every double is aligned by itself in its fragment; otherwise the first alone, and the others are copied.
func inFragments(head []byte, n int, ref []byte, each bool) []byte {
	const room = 1024
	var out []byte
	msg := slices.Clone(head)
	next := func(more bool) {
		giop.PatchSize(msg)
		if more {
			msg[6] |= 2
		}
		out = append(out, msg...)
		msg = giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeFragment})
	}
	put := func(size int, octets []byte) {
		for range 2 {
			for len(msg)%size != 0 {
				msg = append(msg, 0)
			}
			if len(msg) < room {
				break
			}
			next(true)
		}
		for len(octets) > 0 {
			k := min(len(octets), room-len(msg))
			msg, octets = append(msg, octets[:k]...), octets[k:]
			if len(octets) > 0 {
				next(true)
			}
		}
	}
	put(4, binary.LittleEndian.AppendUint32(nil, uint32(n)))
	var all []byte
	for i := range n {
		octets := binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(i)+0.5))
		if each {
			put(8, octets)
		} else {
			all = append(all, octets...)
		}
	}
	put(8, all)
	put(4, binary.LittleEndian.AppendUint32(nil, uint32(n)))
	put(4, ref)
	next(false)
	return out
}

func readMessage(c net.Conn) (giop.Header, []byte, error) {
	msg := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(c, msg); err != nil {
		return giop.Header{}, nil, err
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		return h, nil, err
	}
	msg = append(msg, make([]byte, h.Size)...)
	_, err = io.ReadFull(c, msg[giop.HeaderSize:])
	return h, msg, err
}

func octetsOf(i *ior.IOR) []byte {
	e := cdr.NewEncoder(nil, true, nil)
	ior.Put(e, i)
	return e.Bytes()
}

// TestFragments: lists of doubles that lie across the ends of fragments of GIOP 1.1 are read as either kind of sender means them, in results and in
// arguments. A servant is called once, and a reference that comes with them is taken once.
func TestFragments(t *testing.T) {
	t.Parallel()
	sizes := []int{100, 126, 127, 300, 1000, 1001}
	for _, each := range []bool{false, true} {
		t.Run(fmt.Sprintf("results, each %v", each), func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			key := func(id string) *ior.IOR {
				p := ior.IIOP{Version: cdr.V11, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port),
					Key: ior.AppendKey(nil, ior.Key{Server: [16]byte{7}, Adapter: "a", ID: []byte(id)})}
				return &ior.IOR{TypeID: somd.RepositoryID("Toys::Spreader"), Profiles: []ior.Profile{p.Profile()}}
			}
			released := make(chan struct{}, 100)
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				for {
					h, msg, err := readMessage(c)
					if err != nil {
						return
					}
					var d cdr.Decoder
					giop.Open(&d, h, msg, nil)
					var r giop.Request
					if h.Type != giop.TypeRequest || r.Parse(h, &d) != nil {
						return
					}
					e := cdr.NewEncoder(nil, true, nil)
					m := giop.BeginReply(e, cdr.V11, r.ID, giop.NoException, nil)
					switch op := string(r.Operation); {
					case strings.EqualFold(op, "spread"):
						_, err = c.Write(inFragments(e.Bytes(), int(d.ULong()), octetsOf(key("given")), each))
					case op == "_som_release":
						released <- struct{}{}
						fallthrough
					default:
						giop.Finish(e, m)
						if r.Expected() {
							_, err = c.Write(e.Bytes())
						}
					}
					if err != nil {
						return
					}
				}
			}()
			client := domain(t, somd.Config{})
			client.Know(spreaderClass)
			proxy, err := client.Import(t.Context(), client.ORB().NewRef(key("x")))
			if err != nil {
				t.Fatal(err)
			}
			defer proxy.Release()
			for i, n := range sizes {
				out, err := proxy.Invoke(t.Context(), "spread", make([]float64, n), int32(n), som.Ref{})
				if err != nil {
					t.Fatalf("%d doubles: %v", n, err)
				}
				all := out.([]any)
				list, after, given := all[0].([]float64), all[1].(int32), all[2].(som.Ref)
				if len(list) != n || after != int32(n) || list[n-1] != float64(n-1)+0.5 {
					t.Errorf("%d doubles: got %d, the last %v, and %d", n, len(list), list[n-1], after)
				}
				if len(released) != i {
					t.Errorf("%d doubles: a reference that is held has been given back", n)
				}
				if err := given.Release(); err != nil {
					t.Error(err)
				}
				for end := time.Now().Add(20 * time.Second); len(released) != i+1; {
					if time.Now().After(end) {
						t.Fatalf("%d references were given back, want %d", len(released), i+1)
					}
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	t.Run("arguments", func(t *testing.T) {
		server := domain(t, somd.Config{})
		o, err := spreaderClass.New()
		if err != nil {
			t.Fatal(err)
		}
		defer o.Release()
		ref, err := server.Export(o)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ref.IOR().Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		calls := int32(0)
		for _, each := range []bool{false, true} {
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.Port))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			for i, n := range sizes {
				e := cdr.NewEncoder(nil, true, nil)
				giop.BeginRequest(e, cdr.V11, &giop.RequestHead{ID: uint32(i), Flags: giop.SyncTarget, Key: p.Key, Operation: "spread"})
				if _, err := c.Write(inFragments(e.Bytes(), n, octetsOf(ref.IOR()), each)); err != nil {
					t.Fatal(err)
				}
				h, msg, err := readMessage(c)
				if err != nil {
					t.Fatal(err)
				}
				var d cdr.Decoder
				giop.Open(&d, h, msg, nil)
				var reply giop.Reply
				if err := reply.Parse(h, &d); err != nil || reply.Status != giop.NoException {
					t.Fatalf("%d doubles: %v, %v", n, reply.Status, err)
				}
				list := make([]float64, d.Count(8))
				d.Doubles(list)
				if after := d.Long(); len(list) != n || after != int32(n) || list[n-1] != float64(n-1)+0.5 {
					t.Errorf("%d doubles: got %d, and %d", n, len(list), after)
				}
				calls++
			}
		}
		if n := spreads.Load(); n != calls {
			t.Errorf("the servant was called %d times for %d requests", n, calls)
		}
	})
}
