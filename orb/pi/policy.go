package pi

import (
	"context"
	"fmt"
	"maps"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// A PolicyType names a kind of policy.
type PolicyType uint32

// The types of the messaging policies (clause 17.2.4), which [ClientRequestInfo.GetRequestPolicy] knows.
const (
	RebindPolicy           PolicyType = 23 // orb.RebindMode
	SyncScopePolicy        PolicyType = 24 // orb.SyncScope
	RequestPriorityPolicy  PolicyType = 25 // orb.PriorityRange
	ReplyPriorityPolicy    PolicyType = 26 // orb.PriorityRange
	RequestStartTimePolicy PolicyType = 27 // time.Time
	RequestEndTimePolicy   PolicyType = 28 // time.Time
	ReplyStartTimePolicy   PolicyType = 29 // time.Time
	ReplyEndTimePolicy     PolicyType = 30 // time.Time
	RelativeRequestTimeout PolicyType = 31 // time.Duration
	RelativeRoundtrip      PolicyType = 32 // time.Duration
)

// A Policy is one of a program's own kinds, made by a [PolicyFactory], or a [MessagingPolicy]. It must not change.
type Policy interface{ PolicyType() PolicyType }

// A MessagingPolicy is one of the ORB's own, which [orb.Policies] holds.
type MessagingPolicy struct {
	Type  PolicyType
	Value any // of the Go type beside the constant of Type
}

// PolicyType returns p.Type.
func (p MessagingPolicy) PolicyType() PolicyType { return p.Type }

// A PolicyFactory makes policies of the types that it is registered for (clause 16.6). Its error is a [PolicyError], as a rule.
type PolicyFactory func(t PolicyType, value dyn.Any) (Policy, error)

// A PolicyError says why a policy could not be made (part 1, clause 8.9).
type PolicyError struct{ Reason PolicyErrorCode }

// A PolicyErrorCode is the reason of a [PolicyError].
type PolicyErrorCode int16

// The reasons.
const (
	BadPolicy PolicyErrorCode = iota
	UnsupportedPolicy
	BadPolicyType
	BadPolicyValue
	UnsupportedPolicyValue
)

var policyErrors = [...]string{
	"BAD_POLICY: there is no policy of that type", "UNSUPPORTED_POLICY: the type is not supported", "BAD_POLICY_TYPE: the value is of another type than the policy's",
	"BAD_POLICY_VALUE: the value is none of the policy's", "UNSUPPORTED_POLICY_VALUE: the value is not supported",
}

func (e *PolicyError) Error() string {
	if e.Reason < 0 || int(e.Reason) >= len(policyErrors) {
		return fmt.Sprintf("PolicyError %d", e.Reason)
	}
	return policyErrors[e.Reason]
}

// CreatePolicy returns a policy of a type whose factory is registered (CORBA::ORB::create_policy). A type without one is a [PolicyError].
func (s *Setup) CreatePolicy(t PolicyType, value dyn.Any) (Policy, error) {
	s.mu.Lock()
	f := s.factories[t]
	s.mu.Unlock()
	if f == nil {
		return nil, &PolicyError{BadPolicy}
	}
	return f(t, value)
}

type requestPoliciesKey struct{ orb.CallersOwn }

// WithPolicy returns a ctx for calls whose interceptors are to find p by [ClientRequestInfo.GetRequestPolicy]. It takes the place of
// one of the same type. A servant's ctx has none: those of the caller are his own. What the ORB itself obeys is set by [orb.WithPolicies].
func WithPolicy(ctx context.Context, p Policy) context.Context {
	all := map[PolicyType]Policy{}
	maps.Copy(all, policiesOf(ctx))
	all[p.PolicyType()] = p
	return context.WithValue(ctx, requestPoliciesKey{}, all)
}

func policiesOf(ctx context.Context) map[PolicyType]Policy {
	all, _ := ctx.Value(requestPoliciesKey{}).(map[PolicyType]Policy)
	return all
}

// messagingPolicy returns the policy of type t in p, nil if it says nothing of it.
func messagingPolicy(p orb.Policies, t PolicyType) Policy {
	var v any
	said := false
	switch t {
	case RebindPolicy:
		v, said = p.Rebind, p.Rebind != orb.RebindUnset
	case SyncScopePolicy:
		v, said = p.Sync, p.Sync != orb.SyncUnset
	case RequestPriorityPolicy:
		if said = p.RequestPriority != nil; said {
			v = *p.RequestPriority
		}
	case ReplyPriorityPolicy:
		if said = p.ReplyPriority != nil; said {
			v = *p.ReplyPriority
		}
	case RequestStartTimePolicy:
		v, said = p.RequestStart, !p.RequestStart.IsZero()
	case RequestEndTimePolicy:
		v, said = p.RequestEnd, !p.RequestEnd.IsZero()
	case ReplyStartTimePolicy:
		v, said = p.ReplyStart, !p.ReplyStart.IsZero()
	case ReplyEndTimePolicy:
		v, said = p.ReplyEnd, !p.ReplyEnd.IsZero()
	case RelativeRequestTimeout:
		v, said = p.RequestTimeout, p.RequestTimeout != 0
	case RelativeRoundtrip:
		v, said = p.RoundtripTimeout, p.RoundtripTimeout != 0
	}
	if !said {
		return nil
	}
	return MessagingPolicy{t, v}
}

func noPolicy(t PolicyType, of string) error {
	return exc.New(exc.InvPolicy, exc.MinorPolicyType, exc.No, "%s has no policy of type %d", of, t)
}

// SetAdapterPolicies gives the object adapter of a name, such as RootPOA, accounts, policies of types whose factories are registered: IOR interceptors and
// those of requests find them. They must be set before the adapter is made: BAD_INV_ORDER. Policies of
// the same types that were set before are replaced.
func (s *Setup) SetAdapterPolicies(adapter []string, list ...Policy) error {
	path := pathOf(adapter)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range list {
		if s.factories[p.PolicyType()] == nil {
			return exc.New(exc.InvPolicy, exc.MinorNoPolicyFactory, exc.No, "no factory is registered for policies of type %d", p.PolicyType())
		}
	}
	if s.isEstablished(path) {
		return exc.New(exc.BadInvOrder, exc.MinorPIPoint, exc.No, "adapter %q has been made already, and the components of its references depend on its policies: set them before", adapter)
	}
	if s.policies[path] == nil {
		s.policies[path] = map[PolicyType]Policy{}
	}
	for _, p := range list {
		s.policies[path][p.PolicyType()] = p
	}
	return nil
}

// adapterPolicy returns the policy of type t of an adapter, nil if it has none.
func (s *Setup) adapterPolicy(path string, t PolicyType) (Policy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.factories[t] == nil {
		return nil, exc.New(exc.InvPolicy, exc.MinorPolicyType, exc.No, "no factory is registered for policies of type %d", t)
	}
	return s.policies[path][t], nil
}
