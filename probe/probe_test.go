package probe_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/reach"
)

// TestExplanations holds what is said of every way in which an address can be no good.
func TestExplanations(t *testing.T) {
	t.Parallel()
	here := serves(server{})
	for _, c := range []struct {
		name    string
		address string
		peer    any    // at the address; nil: nobody, and no answer
		means   string // what the name resolves to
		rules   string
		outcome probe.Outcome
		problem []string // parts of it; none: there is no problem
		advice  string
	}{
		{"all is well", "203.0.113.7:1", here, "", "", probe.Reachable, []string{"reserved for documentation"}, "--publish"},
		{"a public address", "8.8.4.4:1", here, "", "", probe.Reachable, nil, ""},
		{"in our network", "192.168.1.20:1", here, "", "", probe.Reachable, nil, ""},
		{"a name", "bank.example.org:1", here, "8.8.4.4", "", probe.Reachable, nil, ""},
		{"IPv6", "[2a00::7]:1", here, "", "", probe.Reachable, nil, ""},
		{"old version", "8.8.4.4:1", serves(server{version: cdr.V10}), "", "", probe.OldVersion, []string{"does not take GIOP 1.2", "GIOP 1.0"}, "publish a version"},
		{"big-endian", "8.8.4.4:1", serves(server{big: true}), "", "", probe.Reachable, nil, ""},

		{"Docker", "172.17.0.2:1", nil, "", "", probe.TimedOut, []string{"published 172.17.0.2, a Docker bridge address, which other hosts cannot reach", "firewall"}, "start the server with --publish HOST"},
		{"Docker, on its host", "172.17.0.2:1", here, "", "", probe.Reachable, []string{"a Docker bridge address, which other hosts cannot reach; from here it is reached all the same"}, "--publish HOST"},
		{"Docker, mapped", "[::ffff:172.17.0.2]:1", noRoute, "", "", probe.NoRoute, []string{"published 172.17.0.2, a Docker bridge address"}, "--publish HOST"},
		{"a network of Docker's", "172.20.0.3:1", refuses, "", "", probe.Refused, []string{"172.20.0.3", "such as Docker makes", "this machine is not in"}, "DSOM_CONNECT=172.20.0.3="},
		{"loopback", "127.0.0.1:1", refuses, "", "", probe.Refused, []string{"published 127.0.0.1, the loopback address", "nobody listens at port 1"}, "for clients on other machines start the server with --publish HOST"},
		{"loopback, and it is there", "127.0.0.1:1", here, "", "", probe.Reachable, []string{"the loopback address", "from here it is reached"}, "--publish HOST"},
		{"loopback, another server", "127.0.0.1:1", raising(exc.ObjectNotExist, ""), "", "", probe.NotExist, []string{"loopback", "another server answers"}, "--publish HOST"},
		{"localhost", "localhost:1", refuses, "127.0.0.1", "", probe.Refused, []string{"published localhost"}, "start the server; if it runs, see at which port it listens; for clients on other machines start the server with --publish HOST"},
		{"its own name", "bank:1", refuses, "127.0.1.1", "", probe.Refused, []string{"the name bank means this very machine here (127.0.1.1)"}, "start the server; if it runs, see at which port it listens; for clients on other machines start the server with --publish HOST"},
		{"link-local", "169.254.9.9:1", noRoute, "", "", probe.NoRoute, []string{"a link-local address"}, "--publish HOST"},
		{"all addresses", "0.0.0.0:1", nil, "", "", probe.BadAddress, []string{"published 0.0.0.0", "stands for all addresses"}, "--publish HOST"},
		{"multicast", "224.0.0.1:1", nil, "", "", probe.BadAddress, []string{"multicast"}, "--publish HOST"},
		{"broadcast", "255.255.255.255:1", nil, "", "", probe.BadAddress, []string{"published 255.255.255.255, the broadcast address", "nobody can connect"}, "--publish HOST"},
		{"broadcast, mapped", "[::ffff:255.255.255.255]:1", nil, "", "", probe.BadAddress, []string{"the broadcast address"}, "--publish HOST"},
		{"a name for broadcast", "bank.example.org:1", nil, "255.255.255.255", "", probe.BadAddress, []string{"no address that can be connected to"}, "--publish HOST"},
		{"reserved", "240.0.0.1:1", noRoute, "", "", probe.NoRoute, []string{"published 240.0.0.1, an address that is reserved, and given to nobody", "no route"}, "--publish HOST"},
		{"the last that is reserved", "255.255.255.254:1", nil, "", "", probe.TimedOut, []string{"given to nobody"}, "--publish HOST"},
		{"of no machine", "0.1.2.3:1", noRoute, "", "", probe.NoRoute, []string{"published 0.1.2.3, an address that no machine may have"}, "--publish HOST"},
		{"for measurements", "198.18.0.9:1", nil, "", "", probe.TimedOut, []string{"measuring devices (198.18.0.0/15) that this machine is not in"}, "DSOM_CONNECT=198.18.0.9="},
		{"the last for measurements", "198.19.255.255:1", nil, "", "", probe.TimedOut, []string{"measuring devices"}, "DSOM_CONNECT="},
		{"not for measurements", "198.20.0.1:1", nil, "", "", probe.TimedOut, []string{"no connection is made in time"}, "let port 1 through"},
		{"for documentation, and near", "192.0.2.9:1", refuses, "", "", probe.Refused, []string{"nobody listens at port 1 there"}, "start the server; if it runs"},
		{"for documentation, and it is there", "192.0.2.9:1", here, "", "", probe.Reachable, nil, ""},
		{"for documentation, the second", "198.51.100.9:1", nil, "", "", probe.TimedOut, []string{"published 198.51.100.9, an address that is reserved for documentation"}, "--publish HOST"},
		{"for documentation, the third", "203.0.113.9:1", noRoute, "", "", probe.NoRoute, []string{"published 203.0.113.9, an address that is reserved for documentation"}, "--publish HOST"},
		{"for documentation, the older of IPv6", "[2001:db8::7]:1", nil, "", "", probe.TimedOut, []string{"reserved for documentation"}, "--publish HOST"},
		{"for documentation, IPv6", "[3fff::7]:1", nil, "", "", probe.TimedOut, []string{"reserved for documentation"}, "--publish HOST"},
		{"no port", "8.8.4.4:0", nil, "", "", probe.BadAddress, []string{"the reference names port 0"}, "--publish HOST:PORT"},
		{"no port of loopback", "127.0.0.1:0", nil, "", "", probe.BadAddress, []string{"the reference names port 0"}, "--publish HOST:PORT"},
		{"no port of a name", "bank:0", nil, "", "", probe.BadAddress, []string{"the reference names port 0"}, "--publish HOST:PORT"},
		{"a client that listens nowhere", "dsom-00112233445566778899aabbccddeeff.invalid:1", nil, "", "", probe.Unresolved, []string{"a client which listens nowhere"}, "call it from a process to which the client has a connection"},
		{"no such client", "dsom-00112233.invalid:1", nil, "", "", probe.Unresolved, []string{"no name ever resolves"}, "--publish HOST"},
		{"a private network not ours", "10.1.2.3:1", nil, "", "", probe.TimedOut, []string{"published 10.1.2.3, an address of a private network that this machine is not in", "in time"}, "DSOM_CONNECT=10.1.2.3=HOST:PORT"},
		{"a private network of ours", "192.168.1.20:1", refuses, "", "", probe.Refused, []string{"nobody listens at port 1"}, "start the server"},
		{"a private network that routes", "10.1.2.3:1", here, "", "", probe.Reachable, nil, ""},
		{"a pod", "10.244.1.5:1", nil, "", "", probe.TimedOut, []string{"Kubernetes pods", "within their cluster"}, "--publish HOST"},
		{"a pod near this one", "10.42.7.4:1", refuses, "", "", probe.Refused, []string{"nobody listens at port 1 there"}, "start the server; if it runs"},
		{"a pod of k3s", "10.42.3.4:1", nil, "", "", probe.TimedOut, []string{"Kubernetes pods (of k3s and RKE2), which are reached within their cluster alone"}, "--publish HOST"},
		{"a service of k3s, by its address", "10.43.7.8:1", nil, "", "", probe.TimedOut, []string{"Kubernetes services (of k3s and RKE2), which are reached within their cluster alone"}, "--publish HOST"},
		{"a service of kubeadm's, by its address", "10.111.7.8:1", nil, "", "", probe.TimedOut, []string{"Kubernetes services, which are reached within their cluster alone"}, "--publish HOST"},
		{"beyond kubeadm's services", "10.112.7.8:1", nil, "", "", probe.TimedOut, []string{"published 10.112.7.8, an address of a private network that this machine is not in"}, "DSOM_CONNECT=10.112.7.8=HOST:PORT"},
		{"a service of MicroK8s, by its address", "10.152.183.9:1", nil, "", "", probe.TimedOut, []string{"Kubernetes services (of MicroK8s)"}, "--publish HOST"},
		{"a service of GKE, by its address", "34.118.239.255:1", nil, "", "", probe.TimedOut, []string{"Kubernetes services (of GKE)"}, "--publish HOST"},
		{"a service of GKE, in its cluster", "34.118.239.255:1", here, "", "", probe.Reachable, nil, ""},
		{"Docker's pools, or EKS", "172.20.9.9:1", nil, "", "", probe.TimedOut, []string{"such as Docker makes, or EKS for Kubernetes services, that this machine is not in"}, "DSOM_CONNECT=172.20.9.9="},
		{"the last of Docker's pools", "172.31.0.3:1", nil, "", "", probe.TimedOut, []string{"such as Docker makes, that this machine is not in"}, "DSOM_CONNECT=172.31.0.3="},
		{"none of Docker's pools", "172.16.0.3:1", nil, "", "", probe.TimedOut, []string{"an address of a private network that this machine is not in"}, "DSOM_CONNECT=172.16.0.3="},
		{"minikube", "192.168.49.2:1", nil, "", "", probe.TimedOut, []string{"minikube makes in Docker, which other hosts cannot reach"}, "--publish HOST"},
		{"Docker Desktop", "192.168.65.3:1", nil, "", "", probe.TimedOut, []string{"inside Docker Desktop, which other hosts cannot reach"}, "--publish HOST"},
		{"a network of Podman's", "10.89.0.5:1", nil, "", "", probe.TimedOut, []string{"Podman makes, which other hosts cannot reach"}, "--publish HOST"},
		{"Podman", "10.88.0.5:1", nil, "", "", probe.TimedOut, []string{"published 10.88.0.5, a Podman bridge address, which other hosts cannot reach"}, "start the server with --publish HOST"},
		{"a service", "bank.shop.svc.cluster.local:1", nil, "", "", probe.Unresolved, []string{"a Kubernetes service", "within its cluster", "no such host"}, "--publish HOST"},
		{"a service, in short", "bank.shop.svc:1", nil, "", "", probe.Unresolved, []string{"a Kubernetes service"}, "--publish HOST"},
		{"a service of another domain", "Bank.Shop.SVC.corp.example.org.:1", nil, "", "", probe.Unresolved, []string{"a Kubernetes service"}, "--publish HOST"},
		{"a service, in its cluster", "bank.shop.svc.cluster.local:1", here, "8.8.4.4", "", probe.Reachable, nil, ""},
		{"a service and its namespace", "kubernetes.default:1", nil, "", "", probe.Unresolved, []string{"a Kubernetes service"}, "--publish HOST"},
		{"a pod of a StatefulSet", "bank-0.bank:1", nil, "", "", probe.Unresolved, []string{"the pods of a StatefulSet", "no such host"}, "--publish HOST"},
		{"a pod and its namespace", "Bank-12.bank.shop.:1", nil, "", "", probe.Unresolved, []string{"the pods of a StatefulSet"}, "--publish HOST"},
		{"a pod of a service by another name", "web-0.nginx:1", nil, "", "", probe.Unresolved, []string{"the pods of a StatefulSet"}, "--publish HOST"},
		{"no pod", "bank-0.com:1", nil, "", "", probe.Unresolved, []string{"the name bank-0.com does not resolve here"}, "hosts file"},
		{"nor that", "bank-0.example.org:1", nil, "", "", probe.Unresolved, []string{"the name bank-0.example.org does not resolve here"}, "hosts file"},
		{"nor that, without an ordinal", "bank-a.bank:1", nil, "", "", probe.Unresolved, []string{"the name bank-a.bank does not resolve here"}, "hosts file"},
		{"Docker's host", "host.docker.internal:1", nil, "", "", probe.Unresolved, []string{"what Docker calls the host"}, "--publish HOST"},
		{"Podman's host", "host.containers.internal:1", nil, "", "", probe.Unresolved, []string{"what Podman calls the host"}, "--publish HOST"},
		{"a container by its id", "0a1b2c3d4e5f:1", nil, "", "", probe.Unresolved, []string{"containers by their id"}, "--publish HOST"},
		{"a name as long", "accountants1:1", nil, "", "", probe.Unresolved, []string{"the name accountants1 is one without a domain", "Docker Compose", "it does not resolve here: "}, "hosts file"},
		{"minikube's host", "host.minikube.internal:1", nil, "", "", probe.Unresolved, []string{"what minikube calls the host"}, "--publish HOST"},
		{"minikube's node", "control-plane.minikube.internal:1", nil, "", "", probe.Unresolved, []string{"what minikube calls the host, or its own node"}, "--publish HOST"},
		{"a machine of EC2", "ip-10-0-1-23.ec2.internal:1", nil, "", "", probe.Unresolved, []string{"machines of EC2", "within their VPC alone"}, "--publish HOST"},
		{"a machine of EC2, elsewhere", "IP-10-0-1-23.eu-central-1.compute.internal.:1", nil, "", "", probe.Unresolved, []string{"machines of EC2"}, "--publish HOST"},
		{"a machine of EC2, in its VPC", "ip-10-0-1-23.ec2.internal:1", here, "8.8.4.4", "", probe.Reachable, nil, ""},
		{"a machine of Google's", "bank.europe-west3-a.c.shop-1234.internal:1", nil, "", "", probe.Unresolved, []string{"machines of Compute Engine"}, "--publish HOST"},
		{"a private domain", "bank.corp.internal:1", nil, "", "", probe.Unresolved, []string{"below the domain internal, which is for private networks"}, "--publish HOST"},
		{"a domain called so", "internal.example.org:1", nil, "", "", probe.Unresolved, []string{"the name internal.example.org does not resolve here"}, "hosts file"},
		{"a service of Docker Compose", "my_service:1", nil, "", "", probe.Unresolved, []string{"the name my_service is one with an underscore, as no host", "Docker Compose"}, "--publish HOST"},
		{"a service and its network", "bank.shop_default:1", nil, "", "", probe.Unresolved, []string{"with an underscore"}, "--publish HOST"},
		{"a service of Docker Compose, within", "my_service:1", here, "8.8.4.4", "", probe.Reachable, nil, ""},
		{"one word", "bank:1", nil, "", "", probe.Unresolved, []string{"the name bank is one without a domain", "no such host"}, "hosts file"},
		{"one word and a dot", "Bank.:1", nil, "", "", probe.Unresolved, []string{"the name Bank. is one without a domain"}, "hosts file"},
		{"one word, which is known", "bank:1", here, "8.8.4.4", "", probe.Reachable, nil, ""},
		{"localhost that is none", "localhost:1", nil, "", "", probe.Unresolved, []string{"the name localhost is one without a domain"}, "hosts file"},
		{"VirtualBox", "10.0.2.15:1", nil, "", "", probe.TimedOut, []string{"VirtualBox"}, "--publish HOST"},

		{"unknown name", "nowhere.example.org:1", nil, "", "", probe.Unresolved, []string{"the name nowhere.example.org does not resolve here", "no such host"}, "hosts file"},
		{"slow name service", "slow.example.org:1", nil, "", "", probe.Unresolved, []string{"did not answer in time"}, "hosts file"},
		{"refused", "8.8.4.4:1", refuses, "", "", probe.Refused, []string{"nobody listens at port 1 there"}, "see at which port"},
		{"no answer", "8.8.4.4:1", nil, "", "", probe.TimedOut, []string{"no connection is made in time"}, "let port 1 through"},
		{"no route", "8.8.4.4:1", noRoute, "", "", probe.NoRoute, []string{"no route"}, "network"},
		{"whatever else", "8.8.4.4:1", errPurple, "", "", probe.Failed, []string{"the cable is purple"}, ""},
		{"HTTP", "8.8.4.4:1", says("HTTP/1.1 400 Bad Request\r\n\r\n"), "", "", probe.NotGIOP, []string{"the port speaks HTTP, not GIOP"}, "another program has this port"},
		{"HTTP/2", "8.8.4.4:1", says("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x7f\xff\xff\xff"), "", "", probe.NotGIOP, []string{"HTTP/2"}, "proxy"},
		{"TLS", "8.8.4.4:1", says("\x15\x03\x01\x00\x02\x02\x46"), "", "", probe.NotGIOP, []string{"the port speaks TLS"}, "TLS component"},
		{"SSH", "8.8.4.4:1", says("SSH-2.0-OpenSSH_9.2\r\n"), "", "", probe.NotGIOP, []string{"answers SSH"}, "another program"},
		{"who knows", "8.8.4.4:1", says("\x00\x01"), "", "", probe.NotGIOP, []string{`"\x00\x01"`}, "another program"},
		{"a bad header", "8.8.4.4:1", says("GIOP\x07\x00\x00\x00\x00\x00\x00\x00"), "", "", probe.Failed, []string{"GIOP 7.0 is not known"}, ""},
		{"a flood", "8.8.4.4:1", says("GIOP\x01\x02\x01\x04\xff\xff\xff\x7f"), "", "", probe.Failed, []string{"longer than is read"}, ""},
		{"half an answer", "8.8.4.4:1", says("GIOP\x01\x02\x01\x04\xff\x00\x00\x00abc"), "", "", probe.Closed, []string{"closed without an answer"}, "proxy"},
		{"garbage inside", "8.8.4.4:1", says("GIOP\x01\x02\x01\x04\x04\x00\x00\x00abcd"), "", "", probe.Failed, []string{"MARSHAL"}, ""},
		{"silence", "8.8.4.4:1", behaviour(silent), "", "", probe.Silent, []string{"nobody answers in time"}, "hangs"},
		{"closed", "8.8.4.4:1", behaviour(closes), "", "", probe.Closed, []string{"closed without an answer"}, "does not let this client in"},
		{"closed in order", "8.8.4.4:1", says(string(giop.AppendCloseConnection(nil, cdr.V12, true))), "", "", probe.Closed, []string{"in order"}, "log"},
		{"a servant that hangs", "8.8.4.4:1", serves(server{mute: true}), "", "", probe.Silent, []string{"knows the object, which does not answer"}, "busy"},
		{"no such object", "8.8.4.4:1", raising(exc.ObjectNotExist, ""), "", "", probe.NotExist, []string{"the object does not exist there"}, "get a new reference"},
		{"it says so itself", "8.8.4.4:1", serves(server{request: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			m := giop.BeginReply(e, v, id, giop.NoException, nil)
			e.Boolean(true)
			giop.Finish(e, m)
		}}), "", "", probe.NotExist, []string{"does not exist"}, "new reference"},
		{"an exception", "8.8.4.4:1", raising(exc.Transient, "the server is disabled"), "", "", probe.Raised, []string{"TRANSIENT", "the server is disabled"}, "log"},
		{"an ORB without the operation", "8.8.4.4:1", raising(exc.BadOperation, ""), "", "", probe.Reachable, nil, ""},
		{"its target by profile", "8.8.4.4:1", serves(server{wants: giop.ProfileAddr}), "", "", probe.Reachable, nil, ""},
		{"its target by reference", "8.8.4.4:1", serves(server{wants: giop.ReferenceAddr}), "", "", probe.Reachable, nil, ""},
		{"its target by what is not known", "8.8.4.4:1", serves(server{wants: 9}), "", "", probe.Failed, []string{"NEEDS_ADDRESSING_MODE"}, ""},
		{"its target ever otherwise", "8.8.4.4:1", serves(server{wants: giop.ProfileAddr, fussy: true}), "", "", probe.Failed, []string{"yet another way"}, ""},
		{"in fragments", "8.8.4.4:1", serves(server{cut: giop.MinFragment, request: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			m := giop.BeginReply(e, v, id, giop.NoException, []giop.Context{{ID: 4711, Data: make([]byte, 300)}})
			e.Boolean(false)
			giop.Finish(e, m)
		}}), "", "", probe.Reachable, nil, ""},
		{"a flood of fragments", "8.8.4.4:1", behaviour(func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1024))
			b := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, More: true, Type: giop.TypeReply, Size: 4})
			b = append(b, 1, 0, 0, 0)
			more := giop.AppendFragment(nil, cdr.V12, true, true, 1, make([]byte, 8<<10))
			for {
				if _, err := c.Write(b); err != nil {
					return
				}
				b = more
			}
		}), "", "", probe.Failed, []string{"longer than is read here, 65536 octets"}, ""},
		{"an answer without a result", "8.8.4.4:1", serves(server{request: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			giop.Finish(e, giop.BeginReply(e, v, id, giop.NoException, nil))
		}}), "", "", probe.Failed, []string{"the answer has no result"}, ""},
		{"an answer to another request", "8.8.4.4:1", serves(server{request: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			m := giop.BeginReply(e, v, id+7, giop.NoException, nil)
			e.Boolean(false)
			giop.Finish(e, m)
		}}), "", "", probe.Failed, []string{"answered request 9, and was sent request 2"}, ""},
		{"a location of another request", "8.8.4.4:1", serves(server{locate: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			giop.Finish(e, giop.BeginLocateReply(e, v, id+7, giop.ObjectHere))
		}}), "", "", probe.Failed, []string{"answered request 8, and was sent request 1"}, ""},
		{"all is not well on this machine", "127.0.0.1:1", says("GIOP\x07\x00\x00\x00\x00\x00\x00\x00"), "", "", probe.Failed, []string{"GIOP 7.0"}, "for clients on other machines"},
		{"forward to nothing", "8.8.4.4:1", forwarding(nil, true), "", "", probe.Failed, []string{"nil reference"}, ""},

		{"led elsewhere", "10.1.2.3:1", here, "", "10.0.0.0/8=10.1.2.3", probe.Reachable, nil, ""},
		{"led to nobody", "10.1.2.3:1", refuses, "", "10.0.0.0/8=10.1.2.3", probe.Refused, []string{`by the rule "10.0.0.0/8=10.1.2.3"`, "nobody listens"}, "start the server"},
		{"forbidden", "10.1.2.3:1", here, "", "10.0.0.0/8=@refuse", probe.Forbidden, []string{`the rule "10.0.0.0/8=@refuse" forbids`}, "10.1.2.3=@direct"},
		{"forbidden by what it means", "bank.example.org:1", here, "10.1.2.3", "10.0.0.0/8=@refuse", probe.Forbidden, []string{"bank.example.org", "(10.1.2.3)"}, "bank.example.org=@direct"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				host, port, _ := strings.Cut(c.address, ":")
				if strings.HasPrefix(c.address, "[") {
					i := strings.LastIndexByte(c.address, ':')
					host, port = strings.Trim(c.address[:i], "[]"), c.address[i+1:]
				}
				if c.means != "" {
					w.names[host] = []string{c.means}
					host = c.means
				}
				if strings.Contains(host, ":") {
					host = "[" + host + "]"
				}
				w.at[host+":"+port] = c.peer
				rules, err := reach.ParseConnect(c.rules)
				if err != nil {
					t.Fatal(err)
				}
				p := probe.Prober{Timeout: 5 * time.Second, Network: w, Connect: rules}
				rep := p.Probe(t.Context(), at(c.address))
				if len(rep.Addresses) != 1 || rep.Reachable != (c.outcome == probe.Reachable) {
					t.Fatalf("got %+v", rep)
				}
				f := rep.Addresses[0]
				if f.Outcome != c.outcome || f.Address != c.address {
					t.Errorf("got %s at %s (%s; %s), want %s", f.Outcome, f.Address, f.Problem, f.Detail, c.outcome)
				}
				for _, want := range c.problem {
					if !strings.Contains(f.Problem, want) {
						t.Errorf("the problem is %q, want %q in it", f.Problem, want)
					}
				}
				if strings.HasPrefix(f.Advice, ";") || !strings.Contains(f.Advice, c.advice) || c.problem == nil && f.Problem+f.Advice != "" {
					t.Errorf("the problem is %q and the advice %q, want %q", f.Problem, f.Advice, c.advice)
				}
			})
		})
	}
}

// TestLocateUnanswered: a server that answers no LocateRequest is asked in another way, in time; one that answers nothing at
// all is silent.
func TestLocateUnanswered(t *testing.T) {
	t.Parallel()
	gone := raises(exc.ObjectNotExist, "")
	gone.deaf = true
	var taken atomic.Bool
	once := behaviour(func(c net.Conn) {
		if !taken.Swap(true) {
			silent(c)
		}
	})
	for name, c := range map[string]struct {
		peer  behaviour
		want  probe.Outcome
		after time.Duration
	}{
		"an object that is not there": {serves(gone), probe.NotExist, 2 * time.Second},
		"one that is there":           {serves(server{deaf: true}), probe.Reachable, 2 * time.Second},
		"nothing at all":              {silent, probe.Silent, 4 * time.Second},
		"nothing, and then the end":   {once, probe.Closed, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.at["8.8.4.4:1"] = c.peer
				p := probe.Prober{Timeout: 4 * time.Second, Network: w}
				begin := time.Now()
				rep := p.Probe(t.Context(), at("8.8.4.4:1"))
				if f := rep.Addresses[0]; f.Outcome != c.want || time.Since(begin) != c.after {
					t.Errorf("got %s after %v (%s), want %s after %v", f.Outcome, time.Since(begin), f.Detail, c.want, c.after)
				}
			})
		})
	}
}

// inTurn returns what is met at an address at first, and from then on.
func inTurn(first, then any) func() any {
	var met atomic.Bool
	return func() any {
		if met.Swap(true) {
			return then
		}
		return first
	}
}

// TestSecondConnection: a server that does not know the first question is asked the second on a connection of its own, and what comes of that
// does not hide what came before.
func TestSecondConnection(t *testing.T) {
	t.Parallel()
	newer := behaviour(func(c net.Conn) { // than the reference says, and it does not know the question
		_, _ = c.Read(make([]byte, 1024))
		_, _ = c.Write(giop.AppendMessageError(nil, cdr.V12, true))
	})
	for name, c := range map[string]struct {
		version cdr.Version
		peer    any
		want    probe.Outcome
	}{
		"silent, and then nobody":   {cdr.V12, inTurn(behaviour(silent), refuses), probe.Silent},
		"rejects, and then nobody":  {cdr.V10, inTurn(newer, refuses), probe.Failed},
		"rejects, and then answers": {cdr.V10, inTurn(newer, serves(server{})), probe.Reachable},
		"an IIOP yet to come":       {cdr.Version{Major: 1, Minor: 3}, serves(server{}), probe.Reachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.at["8.8.4.4:1"] = c.peer
				r := &ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{ior.IIOP{Version: c.version, Host: "8.8.4.4", Port: 1, Key: []byte("key")}.Profile()}}
				if rep := (&probe.Prober{Network: w}).Probe(t.Context(), r); rep.Addresses[0].Outcome != c.want {
					t.Errorf("got %s (%s), want %s", rep.Addresses[0].Outcome, rep.Addresses[0].Detail, c.want)
				}
			})
		})
	}
}

// TestShares: each address that a name means has its share of the time, so that the first that is dead does not use it up.
func TestShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		means []string
		after time.Duration
	}{
		{[]string{"8.0.0.1", "8.0.0.2", "8.8.4.4"}, 4 * time.Second},
		{[]string{"8.0.0.1", "8.8.4.4", "8.0.0.2"}, 2 * time.Second},
		{[]string{"8.8.4.4", "8.0.0.1", "8.0.0.2"}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.names["bank.example.org"] = c.means
			w.at["8.8.4.4:1"] = serves(server{})
			p := probe.Prober{Timeout: 6 * time.Second, Network: w}
			begin := time.Now()
			rep := p.Probe(t.Context(), at("bank.example.org:1"))
			if f := rep.Addresses[0]; f.Outcome != probe.Reachable || time.Since(begin) != c.after {
				t.Errorf("%v: got %s after %v, want it reached after %v", c.means, f.Outcome, time.Since(begin), c.after)
			}
		})
	}
}

// TestForwards: where a server forwards to is tried as well, in either answer, and not for ever.
func TestForwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.at["8.0.0.1:1"] = forwarding(at("8.0.0.2:1"), true)
	w.at["8.0.0.2:1"] = forwarding(at("8.0.0.3:1", "8.0.0.4:1"), false)
	w.at["8.0.0.3:1"] = refuses
	w.at["8.0.0.4:1"] = serves(server{})
	w.at["8.0.0.5:1"] = forwarding(at("8.0.0.3:1"), false)
	w.at["8.0.0.6:1"] = forwarding(at("8.0.0.7:1"), false)
	w.at["8.0.0.7:1"] = forwarding(at("8.0.0.6:1"), true)
	p := probe.Prober{Network: w}

	rep := p.Probe(t.Context(), at("8.0.0.1:1"))
	last := rep.Addresses[0].Forward.Addresses[0].Forward
	if !rep.Reachable || rep.Addresses[0].Problem != "" || last.Addresses[0].Outcome != probe.Refused || last.Addresses[1].Outcome != probe.Reachable {
		t.Errorf("got %s", text(t, rep))
	}
	// A server may forward to another of its objects, and only the same object again makes a circle.
	for _, located := range []bool{false, true} {
		other := ior.IIOP{Version: cdr.V12, Host: "8.3.0.1", Port: 1, Key: []byte("another")}.Profile()
		ways := []behaviour{forwarding(&ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{other}}, located), serves(server{})}
		var connections atomic.Int32
		w.at["8.3.0.1:1"] = func() any { return ways[min(int(connections.Add(1)), len(ways))-1] }
		if rep := p.Probe(t.Context(), at("8.3.0.1:1")); !rep.Reachable || rep.Addresses[0].Problem != "" {
			t.Errorf("within the server: got %s", text(t, rep))
		}
	}
	// As many forwards as are followed, and one more.
	for _, c := range []struct {
		first string
		far   int
		want  bool
	}{{"8.1.0.", 8, true}, {"8.2.0.", 9, false}} {
		for i := range c.far {
			w.at[fmt.Sprintf("%s%d:1", c.first, i)] = forwarding(at(fmt.Sprintf("%s%d:1", c.first, i+1)), i%2 == 0)
		}
		w.at[fmt.Sprintf("%s%d:1", c.first, c.far)] = serves(server{})
		if rep := p.Probe(t.Context(), at(c.first+"0:1")); rep.Reachable != c.want || !c.want && !strings.Contains(text(t, rep), "it forwards too often") {
			t.Errorf("over %d forwards: got %s", c.far, text(t, rep))
		}
	}
	w.at["10.244.3.4:1"] = forwarding(at("8.0.0.4:1"), true)
	rep = p.Probe(t.Context(), at("10.244.3.4:1")) // within the cluster, as the answer shows
	if f := rep.Addresses[0]; !rep.Reachable || f.Problem != "" || f.Advice != "" {
		t.Errorf("got %s", text(t, rep))
	}
	rep = p.Probe(t.Context(), at("8.0.0.5:1"))
	if f := rep.Addresses[0]; rep.Reachable || f.Outcome != probe.Forwarded || !strings.Contains(f.Problem, "forwards to where the object is not reached") {
		t.Errorf("got %s", text(t, rep))
	}
	rep = p.Probe(t.Context(), at("8.0.0.6:1"))
	if f := rep.Addresses[0].Forward.Addresses[0]; rep.Reachable || !strings.Contains(f.Problem, "in a circle") {
		t.Errorf("got %s", text(t, rep))
	}

	// One that forwards everybody to dozens, which do the same, has not the whole world tried.
	many := make([]string, 40)
	for i := range many {
		many[i] = "9.0.0." + string(rune('1'+i/10)) + string(rune('0'+i%10)) + ":1"
	}
	for i, a := range many {
		further := make([]string, len(many))
		for k := range further {
			further[k] = fmt.Sprintf("9.0.%d.%d:1", i+1, k+1)
			w.at[further[k]] = forwarding(at(many...), true)
		}
		w.at[a] = forwarding(at(further...), false)
	}
	var mu sync.Mutex
	tried := 0
	p.Progress = func(string) { mu.Lock(); tried++; mu.Unlock() }
	if rep = p.Probe(t.Context(), at(many...)); rep.Reachable || tried != 64 {
		t.Errorf("%d addresses were tried", tried)
	}
}

// TestCircles: a server that forwards to where it has been led to from is said to do so at once, whatever else the references name: what is
// dead, or no address at all.
func TestCircles(t *testing.T) {
	t.Parallel()
	strange := func(r *ior.IOR) *ior.IOR {
		r.Profiles = append(r.Profiles, ior.Profile{Tag: 77, Data: []byte("?")})
		return r
	}
	for name, c := range map[string]struct {
		first   *ior.IOR
		to      map[string]*ior.IOR
		circles int // that are found
		reached bool
	}{
		"itself":                        {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.0.0.1:1")}, 1, false},
		"beside what is dead":           {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.0.0.1:1", "8.9.0.1:1")}, 1, false},
		"beside what is dead, from it":  {at("8.0.0.1:1", "8.9.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.0.0.1:1", "8.9.0.1:1")}, 1, false},
		"beside what is strange":        {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": strange(at("8.0.0.1:1"))}, 1, false},
		"of two, beside what is dead":   {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.0.0.2:1", "8.9.0.1:1"), "8.0.0.2:1": at("8.0.0.1:1", "8.9.0.1:1")}, 1, false},
		"of two, two that are dead":     {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.0.0.2:1", "8.9.0.1:1"), "8.0.0.2:1": at("8.0.0.1:1", "8.9.0.2:1")}, 1, false},
		"none, to what is beside it":    {at("8.0.0.1:1", "8.8.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.8.0.1:1")}, 0, true},
		"beside what is reached":        {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": at("8.0.0.1:1", "8.8.0.1:1")}, 1, true},
		"to a reference without places": {at("8.0.0.1:1"), map[string]*ior.IOR{"8.0.0.1:1": {TypeID: "IDL:X:1.0"}}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.at["8.9.0.1:1"], w.at["8.9.0.2:1"] = refuses, refuses
			w.at["8.8.0.1:1"] = serves(server{})
			for a, r := range c.to {
				w.at[a] = forwarding(r, false)
			}
			rep := (&probe.Prober{Network: w}).Probe(t.Context(), c.first)
			all := text(t, rep)
			if n := strings.Count(all, "it forwards in a circle"); rep.Reachable != c.reached || (n > 0) != (c.circles > 0) || strings.Contains(all, "too often") || deep(rep) > len(c.to)+1 {
				t.Errorf("got %d levels, %s", deep(rep), all)
			}
		})
	}
}

// deep returns how many references lead to one another.
func deep(r *probe.Report) int {
	n := 0
	for _, f := range r.Addresses {
		if f.Forward != nil {
			n = max(n, deep(f.Forward))
		}
	}
	return n + 1
}

// TestReferences: profiles of every sort, each address of them, and what is stable in JSON.
func TestReferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.at["8.0.0.1:1"] = refuses
	w.at["8.0.0.2:2"] = serves(server{})
	w.names["two.example.org"] = []string{"8.0.0.1", "8.0.0.2"}
	w.at["8.0.0.1:2"] = refuses
	r := at("8.0.0.1:1", "two.example.org:2")
	secure := ior.IIOP{Version: cdr.V12, Host: "8.0.0.1", Key: []byte("key"), Components: []ior.Component{{Tag: ior.TagSSLSecTrans, Data: make([]byte, 8)}}}
	csi := secure
	csi.Components = []ior.Component{{Tag: ior.TagCSISecMechList, Data: make([]byte, 8)}}
	r.Profiles = append(r.Profiles, ior.Profile{Tag: 99}, ior.MultiComponentProfile(nil), ior.Profile{Tag: 0, Data: []byte{1}}, secure.Profile(), csi.Profile())
	rep := (&probe.Prober{Network: w}).Probe(t.Context(), r)
	var got []probe.Outcome
	for _, f := range rep.Addresses {
		got = append(got, f.Outcome)
	}
	if want := []probe.Outcome{probe.Refused, probe.Reachable, probe.Unsupported, probe.BadProfile, probe.NeedsTLS, probe.NeedsTLS}; !rep.Reachable || !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	rep.Addresses = rep.Addresses[:2]
	rep.Addresses[0].Millis, rep.Addresses[1].Millis = 0, 0
	want := `{"reachable":true,"addresses":[` +
		`{"profile":0,"address":"8.0.0.1:1","version":"1.2","peer":"8.0.0.1:1","outcome":"refused","detail":"dial tcp: connection refused",` +
		`"problem":"nobody listens at port 1 there","advice":"start the server; if it runs, see at which port it listens","ms":0,"udp":{"outcome":"refused","ms":0},"turn":1},` +
		`{"profile":0,"address":"two.example.org:2","version":"1.2","resolved":["8.0.0.1","8.0.0.2"],"peer":"8.0.0.2:2","outcome":"reachable","ms":0,"udp":{"outcome":"refused","ms":0},"turn":2}]}`
	if got := text(t, rep); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if rep := (&probe.Prober{Network: w}).Probe(t.Context(), nil); rep.Reachable || len(rep.Addresses) != 0 {
		t.Errorf("a nil reference: got %+v", rep)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if rep := (&probe.Prober{Network: w, Timeout: time.Hour}).Probe(ctx, at("7.0.0.1:1")); rep.Addresses[0].Outcome != probe.TimedOut {
		t.Errorf("got %+v", rep)
	}
}

func text(t *testing.T, rep *probe.Report) string {
	t.Helper()
	b, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestBrackets: an address of IPv6 that was published as URLs have it is taken for what it is.
func TestBrackets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.at["[2a00::7]:1"] = serves(server{})
	r := &ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "[2a00::7]", Port: 1, Key: []byte("key")}.Profile()}}
	if rep := (&probe.Prober{Network: w}).Probe(t.Context(), r); !rep.Reachable || rep.Addresses[0].Address != "[2a00::7]:1" {
		t.Errorf("got %s", text(t, rep))
	}
}

// FuzzAnswer: whatever a server answers, first and second, it is taken for something, soon.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte("GIOP\x01\x02\x01\x04\x08\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"), []byte("HTTP/1.1 400"))
	f.Add([]byte("GIOP\x01\x02\x01\x06\x00\x00\x00\x00"), []byte("GIOP\x01\x00\x00\x01\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		w := newWorld(t)
		w.at["8.0.0.1:1"] = behaviour(func(c net.Conn) {
			for _, b := range [][]byte{first, second} {
				_, _ = c.Read(make([]byte, 1024))
				_, _ = c.Write(b)
			}
		})
		rep := (&probe.Prober{Network: w, Timeout: 20 * time.Millisecond}).Probe(t.Context(), at("8.0.0.1:1"))
		if len(rep.Addresses) != 1 || rep.Addresses[0].Outcome == "" {
			t.Errorf("got %+v", rep)
		}
	})
}

// TestByUDP: what is answered by UDP is told beside what came of TCP, and explained where the two do not agree; a silence costs no more than its bound.
func TestByUDP(t *testing.T) {
	t.Parallel()
	answer := func(status giop.LocateStatus, to *ior.IOR) func([]byte) []byte {
		return func(q []byte) []byte {
			h, err := giop.OpenDatagram(q)
			if err != nil {
				return nil
			}
			var d cdr.Decoder
			giop.Open(&d, h, q, &cdr.Env{Version: h.Version})
			var r giop.LocateRequest
			if r.Parse(h, &d) != nil || !known(r.Key) {
				return nil
			}
			e := cdr.NewEncoder(nil, true, &cdr.Env{Version: h.Version})
			m := giop.BeginLocateReply(e, h.Version, r.ID, status)
			if to != nil {
				ior.Put(e, to)
			}
			giop.Finish(e, m)
			return e.Bytes()
		}
	}
	here := serves(server{})
	for name, c := range map[string]struct {
		tcp     any
		udp     func([]byte) []byte
		rules   string
		want    probe.EchoOutcome
		says    string // String's
		problem string
		after   time.Duration // that passes in all
	}{
		"here":                {here, answer(giop.ObjectHere, nil), "", probe.EchoHere, "takes its calls", "", 0},
		"forwarded":           {here, answer(giop.ObjectForward, at("8.8.8.8:7", "8.8.8.9:8")), "", probe.EchoForwarded, "it is at 8.8.8.8:7, 8.8.8.9:8", "", 0},
		"unknown to both":     {raising(exc.ObjectNotExist, ""), answer(giop.UnknownObject, nil), "", probe.EchoUnknown, "no such object", "does not exist there", 0},
		"unknown by UDP":      {here, answer(giop.UnknownObject, nil), "", probe.EchoUnknown, "no such object", "by UDP another answers at port 1, who does not know the object", 0},
		"TCP is filtered":     {nil, answer(giop.ObjectHere, nil), "", probe.EchoHere, "takes its calls", "no machine has this address; by UDP a daemon of DSOM answers at port 1 all the same", 5 * time.Second},
		"TCP is refused":      {refuses, answer(giop.ObjectHere, nil), "", probe.EchoHere, "takes its calls", "nobody listens at port 1 there; by UDP a daemon", 0},
		"another program":     {here, func([]byte) []byte { return []byte("SSH-2.0") }, "", probe.EchoOther, "something else answers: SSH", "", 600 * time.Millisecond},
		"an exception":        {here, answer(giop.LocSystemException, nil), "", probe.EchoOther, "LOC_SYSTEM_EXCEPTION", "", 0},
		"silent":              {here, func([]byte) []byte { return nil }, "", probe.EchoSilent, "", "", 600 * time.Millisecond},
		"nobody":              {here, nil, "", probe.EchoRefused, "", "", 0},
		"led elsewhere":       {refuses, answer(giop.ObjectHere, nil), "8.8.0.9=8.8.4.4", probe.EchoHere, "takes its calls", "by the rule", 0},
		"forbidden, and left": {here, answer(giop.ObjectHere, nil), "8.8.0.9=@refuse", "", "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				address := "8.8.4.4:1"
				if c.rules != "" {
					address = "8.8.0.9:1"
				}
				w.at["8.8.4.4:1"], w.udp["8.8.4.4:1"] = c.tcp, c.udp
				if w.udp[address] = c.udp; c.rules != "" {
					w.at[address] = here
				}
				rules, err := reach.ParseConnect(c.rules)
				if err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				f := (&probe.Prober{Network: w, Connect: rules}).Probe(t.Context(), at(address)).Addresses[0]
				if c.want == "" {
					if f.UDP != nil || f.Outcome != probe.Forbidden {
						t.Errorf("asked, though it is forbidden: %+v", f)
					}
					return
				}
				if f.UDP == nil || f.UDP.Outcome != c.want || !strings.Contains(f.UDP.String(), c.says) || (c.says == "") != (f.UDP.String() == "") {
					t.Fatalf("got %+v, want %s", f.UDP, c.want)
				}
				if !strings.Contains(f.Problem, c.problem) || c.problem == "" && strings.Contains(f.Problem, "UDP") {
					t.Errorf("the problem is %q, want %q in it", f.Problem, c.problem)
				}
				if took := time.Since(begun); took != c.after {
					t.Errorf("it took %v, want %v", took, c.after)
				}
			})
		})
	}
}
