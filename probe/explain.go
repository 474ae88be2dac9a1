package probe

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The cures that are named.
const (
	enterName   = "enter the name in DNS or in this machine's hosts file, or start the server with --publish and an address"
	publishHost = "start the server with --publish HOST, a name or address that its clients reach it by, and get a new reference"
	publishPort = "start the server with --publish HOST:PORT, the port that its clients reach it by, and get a new reference"
	callBack    = "call it from a process to which the client has a connection, and which accepts to call it back over that (bidirectional GIOP); or let the client listen at an address"
	mapHere     = "start the server with --publish HOST, or lead the address elsewhere on this side: DSOM_CONNECT=%s=HOST:PORT"
)

// explain says what is wrong with an address, and what to do: at most a sentence each, and nothing
// where all is well.
func explain(f *Finding, at surround) (problem, advice string) {
	problem, advice = outcome(f)
	what, few := publishedAs(f, at)
	switch f.Outcome {
	case Unresolved, Forbidden, BadProfile, Unsupported, NeedsTLS, TLSExpired, TLSEarly, TLSName, TLSUnknown, TLSCertificate, TLSWanted, TLSRefused, TLSVersion, TLSFailed:
	case BadAddress:
		if what != "" && f.port != 0 {
			problem, advice = what+": nobody can connect to it", publishHost
		}
	case Reachable, Forwarded, Raised:
		if few && f.rule == "" {
			what += "; from here it is reached all the same"
			if problem != "" {
				return what + ", but " + problem, advice
			}
			return what, publishHost
		}
	case NotExist:
		if few && f.rule == "" {
			return what + "; here another server answers, which does not know the object", publishHost
		}
	default: // no server, or none of ours, was met
		if what != "" && f.rule == "" {
			problem = what + "; " + problem
			switch {
			case few && at.here(f):
				if advice != "" {
					advice += "; "
				}
				advice += "for clients on other machines " + publishHost
			case few:
				advice = publishHost
			default:
				advice = fmt.Sprintf(mapHere, f.host)
			}
		}
	}
	if also, mend := ofEcho(f); also != "" {
		problem, advice = strings.TrimPrefix(problem+"; "+also, "; "), strings.TrimPrefix(advice+"; "+mend, "; ")
	}
	if f.rule != "" && problem != "" {
		problem = fmt.Sprintf("by the rule %q %s is tried instead; %s", f.rule, f.Tried, problem)
	}
	return problem, advice
}

// outcome says what has happened, without regard to what the address is.
func outcome(f *Finding) (problem, advice string) {
	switch f.Outcome {
	case Reachable:
		return "", ""
	case NotExist:
		return "a server answers, and the object does not exist there (any more)", "get a new reference; if it is of another server, see who listens at this port now"
	case Raised:
		return "a server answers with an exception: " + f.Detail, "see the exception's text, and the server's log"
	case Forwarded:
		switch {
		case f.Forward == nil:
			return "the server forwards, and it leads nowhere: " + f.Detail, "look at the reference that it forwards to"
		case !f.Forward.Reachable:
			return "the server forwards to where the object is not reached", "see below what is wrong there"
		}
		return "", ""
	case Unresolved:
		if f.spx {
			return f.Detail, "see that the server's daemon has that name (dsom daemon --ipx-name), on a network that this program is on too"
		}
		if f.named {
			return "nobody says that he has this name of NetBIOS: " + f.Detail, "see that the machine's daemon takes part in NetBIOS (dsom daemon --netbios), in a network or at a name server that this program asks too"
		}
		for _, n := range inner {
			if n.is(strings.ToLower(strings.TrimSuffix(f.host, "."))) {
				return fmt.Sprintf("the name %s is %s; it does not resolve here: %s", f.host, n.what, f.Detail), cmp.Or(n.advice, publishHost)
			}
		}
		return fmt.Sprintf("the name %s does not resolve here: %s", f.host, f.Detail),
			enterName
	case Refused:
		if f.spx {
			return "nobody takes connections of SPX there: " + f.Detail, "start the server; clients call by another address of the reference meanwhile, if there is one"
		}
		if f.named {
			return "the machine of that name takes no session: " + f.Detail, "see that the server runs, and is called by that name: clients call by another address of the reference meanwhile, if there is one"
		}
		if f.socket {
			return "nobody listens at this socket: " + f.Detail, "start the server; clients call by another address of the reference meanwhile, if there is one"
		}
		return "nobody listens at port " + fmt.Sprint(f.port) + " there", "start the server; if it runs, see at which port it listens"
	case TimedOut:
		if f.spx {
			return "nobody answers there by SPX", "see that the machine runs, and that this program and it are on one network of IPX"
		}
		return "no connection is made in time: a firewall drops it, or no machine has this address", "let port " + fmt.Sprint(f.port) + " through, or see that the machine runs"
	case NoRoute:
		return "no route leads there: " + f.Detail, "see that the machine runs, and that this one is in a network that leads to it"
	case NotGIOP:
		switch f.seen {
		case "TLS":
			return "the port speaks TLS, not plain IIOP", "the reference should name this port in its TLS component, and none or another for plain IIOP"
		case "HTTP", "HTTP/2":
			return "the port speaks " + f.seen + ", not GIOP", "another program has this port, or a proxy stands before the server: let TCP through as it is"
		}
		return "the port does not speak GIOP, it answers " + f.seen, "another program has this port: see where the server listens"
	case Silent:
		if f.Detail != "" {
			return f.Detail, "see what the server is busy with"
		}
		return "a connection is made, and nobody answers in time", "the server hangs, or a proxy or port forwarding has no server behind it"
	case Closed:
		if f.Detail != "" {
			return f.Detail, "see the server's log"
		}
		return "the connection is closed without an answer", "the server does not let this client in, or a proxy or port forwarding has no server behind it"
	case NoWeb:
		return ofWeb(f)
	case OldVersion:
		return fmt.Sprintf("the server does not take GIOP %s, which the reference names: %s", f.Version, f.Detail), "publish a version that the server speaks, or see who listens at this port now"
	case TLSExpired, TLSEarly, TLSName, TLSUnknown, TLSCertificate, NotTLS, TLSWanted, TLSRefused, TLSVersion, TLSFailed:
		return ofTLS(f)
	case NeedsTLS:
		return "the reference names no port for plain IIOP: the server takes TLS alone", "call it over TLS"
	case Forbidden:
		return f.Detail, "put a rule before it that allows the address: " + f.host + "=@direct"
	case BadAddress:
		if f.port == 0 && f.host != "" {
			return "the reference names port 0, at which nobody can listen", publishPort
		}
		return "the reference names no address that can be connected to", publishHost
	case BadProfile:
		return "the profile is damaged: " + f.Detail, "get a new reference"
	case Unsupported:
		return "a profile of a kind that is not tried here", ""
	}
	return f.Detail, ""
}

// here reports whether an address, or all that a name means, is this machine's own.
func (s surround) here(f *Finding) bool {
	if a, err := netip.ParseAddr(f.host); err == nil {
		return s.has(a.Unmap())
	}
	return len(f.addrs) > 0 && !slices.ContainsFunc(f.addrs, func(a netip.Addr) bool { return !s.has(a.Unmap()) })
}

// inner are names that resolve in some places alone, in small letters and without a dot at their end: the first that a name is. Another advice
// than publishHost is told.
var inner = []struct {
	is     func(name string) bool
	what   string
	advice string
}{
	{listensNowhere, "that of a client which listens nowhere: it is reached over the connections alone that it has made, by those at their other end", callBack},
	{domain(".invalid"), "below the domain invalid, in which no name ever resolves", publishHost},
	{service, "that of a Kubernetes service, which resolves within its cluster alone", ""},
	{statefulPod, "such as Kubernetes gives the pods of a StatefulSet, which resolves within its namespace or cluster alone", ""},
	{domain(".docker.internal"), "what Docker calls the host in its containers, and resolves there alone", ""},
	{domain(".containers.internal"), "what Podman calls the host in its containers, and resolves there alone", ""},
	{domain(".minikube.internal"), "what minikube calls the host, or its own node, in its cluster, and resolves there alone", ""},
	{domain(".ec2.internal", ".compute.internal"), "such as Amazon gives machines of EC2, which resolves within their VPC alone", ""},
	{func(s string) bool { return below(s, ".internal") && strings.Contains(s, ".c.") },
		"such as Google gives machines of Compute Engine, which resolves within their network alone", ""},
	{domain(".internal"), "below the domain internal, which is for private networks: it resolves within one of those alone", ""},
	{containerID, "such as Docker and Podman give containers by their id: it resolves within the container alone", ""},
	{func(s string) bool { return strings.Contains(s, "_") },
		"one with an underscore, as no host of the Internet has it, and services of Docker Compose may: it resolves within their network alone", ""},
	{func(s string) bool { return !strings.Contains(s, ".") },
		"one without a domain, such as Docker Compose and Kubernetes give services, which resolves within their network or namespace alone, " +
			"and local networks their machines", enterName},
}

// domain returns whether a name is below one of several.
func domain(all ...string) func(name string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(all, func(d string) bool { return below(name, d) })
	}
}

// listensNowhere reports whether a name is such as this project's clients have in their references that have no address and offer to be called
// over their own connections: dsom-, the 32 digits of the process, and .invalid.
func listensNowhere(name string) bool {
	id, client := strings.CutPrefix(strings.TrimSuffix(name, ".invalid"), "dsom-")
	return client && below(name, ".invalid") && len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// service reports whether a name is that of a Kubernetes service: in full, or as far as its namespace if that is one that every cluster has.
func service(name string) bool {
	return below(name, ".svc") || below(name, ".cluster.local") || strings.Contains(name, ".svc.") ||
		below(name, ".default") || below(name, ".kube-system")
}

// statefulPod reports whether a name is one that Kubernetes gives to a pod by its ordinal and its headless service, as within the namespace:
// bank-0.bank, or with the namespace, bank-0.bank.shop. The service is called otherwise than the pods at times, as in
// web-0.nginx; that is told from a domain of the Internet if the last part is longer than most of those have.
func statefulPod(name string) bool {
	pod, domain, _ := strings.Cut(name, ".")
	set, ordinal, ok := cutLast(pod, "-")
	if !ok || set == "" || ordinal == "" || strings.Trim(ordinal, "0123456789") != "" {
		return false
	}
	service, namespace, two := strings.Cut(domain, ".")
	if service == set || strings.HasPrefix(service, set+"-") {
		return !strings.Contains(namespace, ".")
	}
	return !two && len(service) > len("com")
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func below(name, domain string) bool { return strings.HasSuffix(name, domain) }

// containerID reports whether a name is the host name of a container that was given none: twelve digits.
func containerID(name string) bool {
	return len(name) == 12 && strings.Trim(name, "0123456789abcdef") == ""
}

// publishedAs says what the published address is, if that alone may be what is wrong. few is
// whether it is good for this machine or its containers at most, however it went.
func publishedAs(f *Finding, at surround) (what string, few bool) {
	a, err := netip.ParseAddr(f.host)
	if err != nil {
		for _, a := range f.addrs {
			if !a.IsLoopback() || f.rule != "" {
				return "", false
			}
		}
		if len(f.addrs) == 0 {
			return "", false
		}
		if strings.EqualFold(strings.TrimSuffix(f.host, "."), "localhost") {
			return "published localhost, which is another machine on each machine", true
		}
		return fmt.Sprintf("the name %s means this very machine here (%s), as some hosts files have it for a machine's own name", f.host, f.addrs[0]), true
	}
	a = a.Unmap()
	k, by, self := kind(a)
	if k == "" {
		return "", false
	}
	what = "published " + a.String() + ", " + k
	switch {
	case self:
		return what, true
	case by == itsCluster:
		if at.near(a) || f.Outcome == Reachable || f.Outcome == Forwarded || f.Outcome == NotExist {
			return "", false
		}
		return what + ", which are reached within their cluster alone", true
	case by == itsHost:
		return what + ", which other hosts cannot reach", true
	case at.near(a): // a network that few are in, and this machine is in it
		return "", false
	case by == nobody:
		return what, true
	}
	return what + " that this machine is not in", false
}
