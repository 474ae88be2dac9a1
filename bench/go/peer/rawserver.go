package peer

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"sync"
	"syscall"
)

func serveRaw(c net.Conn, kind, io string) {
	defer c.Close()
	if kind == "lean" {
		serveLean(c)
		return
	}
	br := bufio.NewReaderSize(tune(c, io), 1<<16)
	c = tuneWrite(c, io)
	if io == "lock" {
		runtime.LockOSThread()
	}
	q := &wq{c: c, combine: kind == "spawnq" || kind == "follow" || kind == "adapt"}
	next := func(body []byte) (head, []byte, error) {
		h, err := readHead(br)
		if err != nil {
			return h, nil, err
		}
		body = grow(body, int(h.n))
		_, err = readFull(br, body)
		return h, body, err
	}
	do := func(h head, body []byte) {
		q.send(func(b []byte) ([]byte, []byte) { return reply(b, h, body) })
	}
	switch kind {
	case "inline":
		var body, out []byte
		for {
			h, b, err := next(body)
			if err != nil {
				return
			}
			body = b
			var tail []byte
			out, tail = reply(out, h, body)
			if tail != nil || br.Buffered() < hdr || len(out) > 1<<16 {
				if q.raw(out, tail) != nil {
					return
				}
				out = out[:0]
			}
		}
	case "watch":
		w := &watched{c: c, br: br}
		monitor.add(w)
		w.read(0)
		<-w.done()
		monitor.remove(w)
	case "spawn", "spawnq":
		for {
			h, body, err := next(nil)
			if err != nil {
				return
			}
			go do(h, body)
		}
	case "adapt":
		var body []byte
		for {
			h, b, err := next(body)
			if err != nil {
				return
			}
			body = b
			if br.Buffered() >= hdr {
				body = nil
				go do(h, b)
			} else {
				do(h, b)
			}
		}
	case "pool":
		type job struct {
			h head
			b []byte
		}
		ch := make(chan job, 64)
		defer close(ch)
		for range 16 {
			go func() {
				for j := range ch {
					do(j.h, j.b)
				}
			}()
		}
		for {
			h, body, err := next(nil)
			if err != nil {
				return
			}
			ch <- job{h, body}
		}
	case "follow":
		token := make(chan struct{}, 1)
		var wg sync.WaitGroup
		for range 16 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				var body []byte
				for range token {
					h, b, err := next(body)
					if err != nil {
						close(token)
						return
					}
					body = b
					token <- struct{}{}
					do(h, b)
				}
			}()
		}
		token <- struct{}{}
		wg.Wait()
	}
}

var chunks = sync.Pool{New: func() any { return new([1 << 16]byte) }}

func serveLean(c net.Conn) {
	rc, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return
	}
	var (
		chunk *[1 << 16]byte
		n     int // octets in chunk
		rerr  error
	)
	fill := func(fd uintptr) bool {
		for {
			if chunk == nil {
				chunk = chunks.Get().(*[1 << 16]byte)
			}
			var k int
			k, rerr = syscall.Read(int(fd), chunk[n:])
			switch {
			case rerr == syscall.EINTR:
				continue
			case rerr == syscall.EAGAIN:
				if n == 0 {
					chunks.Put(chunk)
					chunk = nil
				}
				return false
			case rerr == nil && k == 0:
				rerr = io.EOF
			case rerr == nil:
				n += k
			}
			return true
		}
	}
	for {
		if err := rc.Read(fill); err != nil || rerr != nil {
			return
		}
		at := 0
		out := chunks.Get().(*[1 << 16]byte)
		b := out[:0]
		for n-at >= hdr {
			f := chunk[at:n]
			h := head{binary.LittleEndian.Uint32(f), binary.LittleEndian.Uint32(f[4:]), binary.LittleEndian.Uint32(f[8:])}
			if h.n > 8<<20 {
				return
			}
			var body, tail []byte
			if end := hdr + int(h.n); end <= len(f) {
				body = f[hdr:end]
				at += end
			} else if end > len(chunk) { // longer than the chunk: read the rest apart
				body = make([]byte, h.n)
				k := copy(body, f[hdr:])
				at = n
				if _, err := io.ReadFull(c, body[k:]); err != nil {
					return
				}
			} else {
				break
			}
			if b, tail = reply(b, h, body); len(tail) > 0 || len(b) > 1<<15 {
				v := net.Buffers{b, tail}
				if _, err := v.WriteTo(c); err != nil {
					return
				}
				b = out[:0]
			}
		}
		if len(b) > 0 {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
		chunks.Put(out)
		n = copy(chunk[:], chunk[at:n])
	}
}
