package pi

import (
	"strings"

	"github.com/opendsom/dsom/exc"
)

// A Point is a place in the life of a request where interceptors are called.
type Point uint8

// The interception points, by side.
const (
	AtSendRequest Point = iota
	AtSendPoll
	AtReceiveReply
	AtReceiveException
	AtReceiveOther

	AtReceiveRequestServiceContexts
	AtReceiveRequest
	AtSendReply
	AtSendException
	AtSendOther
)

var pointNames = [...]string{
	"send_request", "send_poll", "receive_reply", "receive_exception", "receive_other",
	"receive_request_service_contexts", "receive_request", "send_reply", "send_exception", "send_other",
}

// String returns the point's name in IDL.
func (p Point) String() string { return pointNames[p] }

// points is a set of them.
type points uint16

func at(list ...Point) (set points) {
	for _, p := range list {
		set |= 1 << p
	}
	return set
}

func (s points) has(p Point) bool { return s&(1<<p) != 0 }

// String lists the points of s.
func (s points) String() string {
	var names []string
	for p := range Point(len(pointNames)) {
		if s.has(p) {
			names = append(names, p.String())
		}
	}
	return strings.Join(names, ", ")
}

var (
	clientEnds = at(AtReceiveReply, AtReceiveException, AtReceiveOther)
	serverEnds = at(AtSendReply, AtSendException, AtSendOther)
	notPolled  = at(AtSendRequest) | clientEnds
	found      = at(AtReceiveRequest) | serverEnds
	ends       = clientEnds | serverEnds
	everywhere = notPolled | at(AtSendPoll, AtReceiveRequestServiceContexts) | found
)

// attribute is an attribute or operation of a request's description.
type attribute uint8

const (
	attrRequestID attribute = iota
	attrOperation
	attrArguments
	attrExceptions
	attrContexts
	attrOperationContext
	attrResult
	attrResponseExpected
	attrSyncScope
	attrReplyStatus
	attrForwardReference
	attrGetSlot
	attrRequestContext
	attrReplyContext

	attrTarget
	attrEffectiveTarget
	attrEffectiveProfile
	attrReceivedException
	attrReceivedExceptionID
	attrEffectiveComponent
	attrEffectiveComponents
	attrRequestPolicy
	attrAddRequestContext

	attrSendingException
	attrServerID
	attrORBID
	attrAdapterName
	attrObjectID
	attrAdapterID
	attrMostDerived
	attrServerPolicy
	attrSetSlot
	attrTargetIsA
	attrAddReplyContext
)

// valid are tables 16.1 and 16.2 of the specification: where each attribute is valid, on either side. The request's
// service contexts are at receive_request as well: the text asks for it, and other ORBs have them.
var valid = [...]struct {
	name string
	at   points
}{
	attrRequestID:        {"request_id", everywhere},
	attrOperation:        {"operation", everywhere},
	attrArguments:        {"arguments", at(AtSendRequest, AtReceiveReply, AtReceiveRequest, AtSendReply)},
	attrExceptions:       {"exceptions", notPolled | found},
	attrContexts:         {"contexts", notPolled | found},
	attrOperationContext: {"operation_context", notPolled | at(AtReceiveRequest, AtSendReply)},
	attrResult:           {"result", at(AtReceiveReply, AtSendReply)},
	attrResponseExpected: {"response_expected", everywhere},
	attrSyncScope:        {"sync_scope", everywhere &^ at(AtSendPoll)},
	attrReplyStatus:      {"reply_status", ends},
	attrForwardReference: {"forward_reference", at(AtReceiveOther, AtSendOther)},
	attrGetSlot:          {"get_slot", everywhere},
	attrRequestContext:   {"get_request_service_context", everywhere &^ at(AtSendPoll)},
	attrReplyContext:     {"get_reply_service_context", ends},

	attrTarget:              {"target", everywhere},
	attrEffectiveTarget:     {"effective_target", everywhere},
	attrEffectiveProfile:    {"effective_profile", everywhere},
	attrReceivedException:   {"received_exception", at(AtReceiveException)},
	attrReceivedExceptionID: {"received_exception_id", at(AtReceiveException)},
	attrEffectiveComponent:  {"get_effective_component", notPolled},
	attrEffectiveComponents: {"get_effective_components", notPolled},
	attrRequestPolicy:       {"get_request_policy", notPolled},
	attrAddRequestContext:   {"add_request_service_context", at(AtSendRequest)},

	attrSendingException: {"sending_exception", at(AtSendException)},
	attrServerID:         {"server_id", found},
	attrORBID:            {"orb_id", found},
	attrAdapterName:      {"adapter_name", found},
	attrObjectID:         {"object_id", found},
	attrAdapterID:        {"adapter_id", found},
	attrMostDerived:      {"target_most_derived_interface", at(AtReceiveRequest)},
	attrServerPolicy:     {"get_server_policy", everywhere},
	attrSetSlot:          {"set_slot", everywhere},
	attrTargetIsA:        {"target_is_a", at(AtReceiveRequest)},
	attrAddReplyContext:  {"add_reply_service_context", everywhere},
}

// check is the error of asking for a at point p.
func check(a attribute, p Point) error {
	v := &valid[a]
	if v.at.has(p) {
		return nil
	}
	mine := clientEnds | at(AtSendRequest, AtSendPoll)
	if !mine.has(p) {
		mine = everywhere &^ mine
	}
	return exc.New(exc.BadInvOrder, exc.MinorPIPoint, exc.No, "%s is not valid in %v: it is in %v", v.name, p, v.at&mine)
}

// unsupported is the error of asking for what stubs and skeletons keep to themselves.
func unsupported(a attribute) error {
	return exc.New(exc.NoResources, exc.MinorPIUnsupported, exc.No, "%s is not known of this request: generated stubs and skeletons marshal without describing it", valid[a].name)
}
