package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/ior/explain"
)

type iorCmd struct {
	Show    iorShowCmd    `cmd:"" default:"withargs" help:"Print what is inside a reference or URL. The word show may be left out."`
	Rewrite iorRewriteCmd `cmd:"" help:"Print a reference with another host or port, for an object that has moved."`
}

func (iorCmd) Help() string {
	return `Example:

    dsom ior IOR:010000001900000049444c3a...
    dsom ior corbaloc:iiop:1.2@host:2809/NameService
    dsom ior --probe corbaname::host:3053#bank/main
    nameclt resolve bank/main | dsom ior -
    dsom ior rewrite --host new.example.org < bank.ior`
}

type iorShowCmd struct {
	Probe   bool          `help:"Try each address, and explain what is wrong with those at which the object is not reached. Exit status 1 if there is none at which it is."`
	Timeout time.Duration `placeholder:"TIME" help:"How long each address may take with --probe. Default: 5s."`

	Ref []string `arg:"" name:"ref" help:"References: IOR:, corbaloc:, corbaname: or dsom: URLs, or - for those on standard input, one a line."`
}

func (iorShowCmd) Help() string {
	return `With --probe every address of every profile is resolved, connected to, and asked for the object, and where the
server forwards to as well. Rules in $DSOM_CONNECT hold. A daemon may start the object's server for it. An address of plain IIOP is
asked by UDP besides, and what comes back is shown: nothing is started for that.

Example:

    dsom ior corbaloc::localhost:3053/NameService
    dsom ior --json - < bank.ior
    dsom ior --probe corbaname::bank.example.org:3053#bank/main`
}

func (v iorShowCmd) Run(ctx context.Context, c *console) error {
	urls, err := c.references(v.Ref)
	if err != nil {
		return err
	}
	if v.Probe {
		return c.probeAll(ctx, urls, v.Timeout)
	}
	for i, u := range urls {
		shown := explain.Of(u)
		if c.json {
			if err := c.printJSON(shown); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			c.printf("\n")
		}
		c.facts(referenceFacts(shown))
	}
	return nil
}

type iorRewriteCmd struct {
	Host string   `help:"The new host name or address." placeholder:"HOST"`
	Port uint16   `help:"The new port." placeholder:"PORT"`
	Ref  []string `arg:"" optional:"" name:"ref" help:"References or URLs; - or none: those on standard input, one a line."`
}

func (iorRewriteCmd) Help() string {
	return `Replaces the address in every profile, and the alternate addresses and those of WebSocket with it: their hosts by the new host, and their ports
by the new port, too, where a host is given, or the port was that of the profile or it has none. Of those that come to be the same one is left.
Key, type, byte order and all other components stay as they are, so that the object is the same one at its new place.

Example:

    dsom ior rewrite --host new.example.org --port 3053 IOR:010000001900...`
}

func (v iorRewriteCmd) Run(c *console) error {
	if v.Host == "" && v.Port == 0 {
		return usage("nothing to change: give --host, --port or both")
	}
	if v.Host != "" {
		u, err := ior.ParseURL("corbaloc::" + bracketed(v.Host) + ":1/x")
		if err != nil || len(u.Addresses) != 1 || u.Addresses[0].Host != v.Host {
			return usage("--host: %q is no host name or address", v.Host)
		}
	}
	if len(v.Ref) == 0 {
		v.Ref = []string{"-"}
	}
	urls, err := c.references(v.Ref)
	if err != nil {
		return err
	}
	for _, u := range urls {
		if err := v.rewrite(u); err != nil {
			return err
		}
		if c.json {
			if err := c.printJSON(map[string]string{"url": u.String()}); err != nil {
				return err
			}
			continue
		}
		c.printf("%s\n", u)
	}
	return nil
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// rewrite changes the addresses in u.
func (v iorRewriteCmd) rewrite(u *ior.URL) error {
	if u.IOR == nil {
		for i := range u.Addresses {
			if a := &u.Addresses[i]; a.Scheme != "rir" && a.Scheme != "unix" && a.Scheme != "pipe" && a.Scheme != "netbios" && a.Scheme != "spx" {
				a.Host, a.Port = v.moved(a.Host, a.Port)
			}
		}
		return nil
	}
	if u.IOR.IsNil() {
		return fmt.Errorf("the reference is nil: it has no address to change")
	}
	changed := 0
	moved := &ior.IOR{TypeID: u.IOR.TypeID}
	for _, p := range u.IOR.Profiles {
		if p.Tag == ior.TagInternetIOP {
			b, err := p.IIOP()
			if err != nil {
				return fmt.Errorf("a profile of the reference is damaged: %w", err)
			}
			p = v.profile(b).Profile()
			changed++
		}
		moved.Profiles = append(moved.Profiles, p)
	}
	if changed == 0 {
		return fmt.Errorf("the reference has no IIOP profile: there is no address that could be changed")
	}
	u.IOR = moved
	return nil
}

// profile changes the addresses of a profile.
func (v iorRewriteCmd) profile(b ior.IIOP) ior.IIOP {
	oldPort := b.Port
	b.Host, b.Port = v.moved(b.Host, b.Port)
	if oldPort == 0 && len(b.Web()) > 0 { // it is reached by WebSocket alone, and not by IIOP at the new port either
		b.Port = 0
	}
	list := b.Components
	b.Components = nil
	named := map[string]bool{hostPort(b.Host, b.Port): true}
	for _, comp := range list {
		if host, port, err := comp.AlternateAddress(); err == nil {
			h, p := v.moved(host, port)
			if v.Host == "" && port != oldPort {
				p = port
			}
			if h != host || p != port {
				if named[hostPort(h, p)] {
					continue
				}
				comp = ior.AlternateAddressComponent(h, p)
			}
			named[hostPort(h, p)] = true
		}
		if was := comp; comp.Tag == ior.TagDSOMEndpoints || comp.Tag == ior.TagOmniORBHTTP {
			comp = comp.MovedWeb(func(host string, port uint16) (string, uint16) {
				h, p := v.moved(host, port)
				if v.Host == "" && oldPort != 0 && port != oldPort {
					p = port
				}
				return h, p
			})
			if !bytes.Equal(comp.Data, was.Data) && slices.ContainsFunc(b.Components, func(o ior.Component) bool { return o.Tag == comp.Tag && bytes.Equal(o.Data, comp.Data) }) {
				continue
			}
		}
		b.Components = append(b.Components, comp)
	}
	return b
}

func (v iorRewriteCmd) moved(host string, port uint16) (string, uint16) {
	if v.Host != "" {
		host = v.Host
	}
	if v.Port != 0 {
		port = v.Port
	}
	return host, port
}

// maxReference bounds a line of standard input that holds a reference.
const maxReference = 4 << 20

// references parses the references on the command line; - stands for those on standard input.
func (c *console) references(words []string) ([]*ior.URL, error) {
	var urls []*ior.URL
	add := func(s string) error {
		u, err := ior.ParseURL(s)
		if err == nil {
			urls = append(urls, u)
		}
		return err
	}
	for _, w := range words {
		if w != "-" {
			if err := add(w); err != nil {
				return nil, &usageError{err: err}
			}
			continue
		}
		lines := bufio.NewScanner(io.LimitReader(c.in, 16*maxReference))
		lines.Buffer(nil, maxReference)
		found := false
		for lines.Scan() {
			if s := strings.TrimSpace(lines.Text()); s != "" {
				found = true
				if err := add(s); err != nil {
					return nil, fmt.Errorf("standard input: %w", err)
				}
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		if !found {
			return nil, fmt.Errorf("standard input holds no reference")
		}
	}
	return urls, nil
}

// hostPort joins an address as package net spells it.
func hostPort(host string, port uint16) string { return net.JoinHostPort(host, fmt.Sprint(port)) }
