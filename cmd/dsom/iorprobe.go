package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe"
)

// A probedURL is what dsom ior --probe says of a reference; its JSON is stable.
type probedURL struct {
	URL string `json:"url"`
	probe.Report
	Named *probedURL `json:"named,omitempty"` // what the name in the URL resolves to
	Error string     `json:"error,omitempty"` // why nothing could be tried
}

// probeAll probes references, and says what came of it. Its error is errReported if one is not reached.
func (c *console) probeAll(ctx context.Context, urls []*ior.URL, timeout time.Duration) error {
	if timeout < 0 {
		return usage("--timeout: %v is below zero", timeout)
	}
	rules, err := connectRules()
	if err != nil {
		return err
	}
	p := &probe.Prober{Timeout: timeout, Connect: rules}
	if p.TLS, _, err = tlsClient(); err != nil {
		return err
	}
	if p.Web, err = webClient(p.TLS); err != nil {
		return err
	}
	if by, err := netbiosClient(); err != nil {
		return err
	} else if by != nil {
		p.NetBIOS = by
	}
	if by, err := ipxClient(); err != nil {
		return err
	} else if by != nil {
		p.SPX = by
	}
	if isTerminal(c.err) && !c.json {
		var mu sync.Mutex
		p.Progress = func(address string) {
			mu.Lock()
			defer mu.Unlock()
			c.note("trying %s", safe(address))
		}
	}
	reached := true
	for i, u := range urls {
		got := probeURL(ctx, p, u)
		reached = reached && got.reachable()
		if c.json {
			if err := c.printJSON(got); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			c.printf("\n")
		}
		c.probed(got)
	}
	if !reached {
		return errReported
	}
	return nil
}

// reachable reports whether the object is there, and not just the naming service on the way to it.
func (s *probedURL) reachable() bool {
	return s.Reachable && s.Error == "" && (s.Named == nil || s.Named.reachable())
}

// probeURL probes the object of a URL: where it has a name, the naming service, and then what has the name.
func probeURL(ctx context.Context, p *probe.Prober, u *ior.URL) *probedURL {
	s := &probedURL{URL: u.String()}
	r := u.Reference()
	if len(u.Addresses) == 1 && u.Addresses[0].Scheme == "rir" {
		local, err := ior.ParseURL(localNaming)
		if err != nil || string(u.Key) != ior.DefaultKey {
			s.Error = fmt.Sprintf("no initial reference %q is configured here", u.Key)
			return s
		}
		r = local.Reference()
	}
	if r.IsNil() {
		s.Error = "the reference is nil, or has no address that can be tried: it refers to no object"
		return s
	}
	s.Report = *p.Probe(ctx, r)
	if len(u.Name) == 0 || !s.Reachable {
		return s
	}
	timeout := p.Timeout
	if timeout == 0 {
		timeout = probe.DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	o, err := newClient(cdr.V12)
	if err != nil {
		s.Error = err.Error()
		return s
	}
	defer o.Shutdown(context.WithoutCancel(ctx))
	ref, err := o.Resolve(limited, s.URL)
	switch {
	case err != nil:
		s.Error = err.Error()
	case ref == nil:
		s.Error = "the name is bound to a nil reference: it refers to no object"
	default:
		s.Named = probeURL(ctx, p, &ior.URL{Scheme: "IOR", IOR: ref.IOR()})
	}
	return s
}

// probed prints what came of a probe.
func (c *console) probed(s *probedURL) {
	c.findings(s.Addresses, "")
	if s.Error != "" {
		c.printf("%s\n", safe(s.Error))
	}
	if s.Named != nil {
		c.printf("the name is bound to %s\n", safe(shorten(s.Named.URL)))
		c.probed(s.Named)
		return
	}
	if s.reachable() {
		c.printf("%s\n", c.tinted(green, "reachable"))
	} else {
		c.printf("%s\n", c.tinted(red, "not reachable"))
	}
}

// findings prints what came of addresses, and of where they forward to further in.
func (c *console) findings(all []probe.Finding, indent string) {
	for _, f := range all {
		at := f.Address
		if at == "" {
			at = fmt.Sprintf("profile %d", f.Profile+1)
		}
		if len(f.Resolved) > 0 {
			at += " (" + strings.Join(f.Resolved, ", ") + ")"
		}
		colour := red
		if f.Outcome == probe.Reachable || f.Outcome == probe.Forwarded && f.Forward != nil && f.Forward.Reachable {
			colour = green
		}
		if f.TLS {
			at = "tls " + at
		}
		c.printf("%s%s  %s  %d ms\n", indent, safe(at), c.tinted(colour, string(f.Outcome)), f.Millis)
		if f.Sealed != "" {
			c.printf("%s  %s\n", indent, c.tinted(dim, safe(f.Sealed)))
		}
		if f.Problem != "" {
			c.printf("%s  %s\n", indent, safe(f.Problem))
		}
		if f.Advice != "" {
			c.printf("%s  %s\n", indent, c.tinted(dim, safe(f.Advice)))
		}
		if said := f.UDP.String(); said != "" {
			c.printf("%s  by UDP: %s  %d ms\n", indent, safe(said), f.UDP.Millis)
		}
		if len(all) > 1 {
			c.printf("%s  %s\n", indent, c.tinted(dim, turn(f.Turn)))
		}
		if f.Forward != nil {
			c.findings(f.Forward.Addresses, indent+"    ")
		}
	}
}

// turn says when calls go to an address.
func turn(n int) string {
	switch n {
	case 0:
		return "no call goes here"
	case 1:
		return "calls begin here"
	}
	return fmt.Sprintf("calls come here as number %d: when the one before fails, or has not taken the connection within head-start (250 ms)", n)
}

// shorten returns a reference as a URL that people can read, where there is one.
func shorten(url string) string {
	if u, err := ior.ParseURL(url); err == nil && u.IOR != nil {
		if short, ok := u.IOR.Corbaloc(); ok {
			return short.String()
		}
	}
	return url
}
