package telemetry

import (
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/limits"
)

// The attributes of the semantic conventions, and our own.
const (
	attrSystem         = attribute.Key("rpc.system.name")
	attrMethod         = attribute.Key("rpc.method")
	attrMethodOriginal = attribute.Key("rpc.method_original")
	attrStatus         = attribute.Key("rpc.response.status_code")
	attrErrorType      = attribute.Key("error.type")
	attrServerAddress  = attribute.Key("server.address")
	attrServerPort     = attribute.Key("server.port")
	attrPeerAddress    = attribute.Key("network.peer.address")
	attrPeerPort       = attribute.Key("network.peer.port")

	attrMinor       = attribute.Key("corba.exception.minor")
	attrCompleted   = attribute.Key("corba.exception.completed")
	attrResendCount = attribute.Key("corba.request.resend_count")
	attrOneway      = attribute.Key("corba.request.oneway")
	attrGIOP        = attribute.Key("corba.giop.version")
)

// other stands for what is not told apart.
const other = "_OTHER"

var (
	system     = attrSystem.String("corba")
	justSystem = []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(system))}
)

// A what is an operation and how it ended: what metrics are counted by.
type what struct {
	service string // repository id of the interface, "" if it is not known
	method  string
	status  string
	failed  bool
}

// named is what a what is called, made once.
type named struct {
	method  string // as in rpc.method
	start   []trace.SpanStartOption
	record  []metric.RecordOption
	outcome []attribute.KeyValue // of the span
}

// series are the whats that have been met. They come from peers in part: type ids of references, and ids of exceptions.
type series struct {
	mu    sync.RWMutex
	known map[what]*named
}

// of returns how w is named. Of more than the limit allows, all are one for each status of the ORB's own.
func (s *series) of(w what, l *limits.Limits) *named {
	s.mu.RLock()
	n := s.known[w]
	s.mu.RUnlock()
	if n != nil {
		return n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.known[w]; n != nil {
		return n
	}
	if most := l.Get(limits.TelemetrySeries); int64(len(s.known)) >= most && w != everyOther(w.failed) {
		l.Exceeded(limits.TelemetrySeries, int64(len(s.known)+1)) // counted there; nobody is to be told
		w = everyOther(w.failed)
		if n := s.known[w]; n != nil {
			return n
		}
	}
	w = what{strings.Clone(w.service), strings.Clone(w.method), strings.Clone(w.status), w.failed} // they may be views of a message
	n = w.named()
	if s.known == nil {
		s.known = map[what]*named{}
	}
	s.known[w] = n
	return n
}

// everyOther is what is beyond the limit. There are two, which are always admitted.
func everyOther(failed bool) what { return what{method: other, status: other, failed: failed} }

func (w what) named() *named {
	n := &named{method: methodName(w.service, w.method)}
	method := attrMethod.String(n.method)
	n.start = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(system, method)}
	n.outcome = []attribute.KeyValue{method, attrStatus.String(clean(w.status))}
	if w.failed {
		n.outcome = append(n.outcome, attrErrorType.String(clean(w.status)))
	}
	n.record = []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(append([]attribute.KeyValue{system}, n.outcome...)...))}
	return n
}

// methodName returns Interface/operation, such as CosNaming/NamingContext/resolve.
func methodName(service, method string) string {
	if method == other || service == "" {
		return clean(method)
	}
	name, ok := strings.CutPrefix(service, "IDL:")
	if ok {
		name, _, _ = strings.Cut(name, ":")
	}
	return clean(name) + "/" + clean(method)
}

// longest is how many octets of a text from a peer are told.
const longest = 128

// clean returns a text from a peer as exporters can bear it.
func clean(s string) string {
	if len(s) > longest {
		s = s[:longest] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
