package exc

// A minor code is a vendor's id in the upper 20 bits and a number in the lower 12.
const (
	OMGVMCID  uint32 = 0x4f4d0000 // the codes that the specification assigns (part 1, annex A)
	DSOMVMCID uint32 = 0x44534000 // ours
)

// The minor codes that this ORB raises. What each means is in the table below, which is
// also the source of docs/minor-codes.md.
const (
	MinorNoServantOp       = OMGVMCID | 2 // BAD_OPERATION: the operation is not of this interface
	MinorObjectUnknown     = OMGVMCID | 2 // OBJECT_NOT_EXIST: no such object in the adapter, or no such adapter
	MinorUnlistedException = OMGVMCID | 1 // UNKNOWN: a user exception that the operation does not raise

	MinorNoValueFactory     = OMGVMCID | 1  // MARSHAL: no factory for the value
	MinorNoCodeSet          = OMGVMCID | 1  // DATA_CONVERSION: a character has no counterpart in the negotiated set
	MinorBadSchemeName      = OMGVMCID | 7  // BAD_PARAM: the URL's scheme is not known
	MinorBadAddress         = OMGVMCID | 8  // BAD_PARAM: the URL's address is malformed
	MinorBadSchemeSpecific  = OMGVMCID | 9  // BAD_PARAM: the rest of the URL is malformed
	MinorORBShutDown        = OMGVMCID | 4  // BAD_INV_ORDER: the ORB has been shut down
	MinorShutdownInUpcall   = OMGVMCID | 3  // BAD_INV_ORDER: would wait for itself
	MinorServerHolding      = OMGVMCID | 1  // TRANSIENT: requests are discarded by the adapter, or it has too many
	MinorAdapterDestroyed   = OMGVMCID | 4  // TRANSIENT: the adapter was destroyed while the request waited
	MinorManagerSet         = OMGVMCID | 6  // BAD_INV_ORDER: the adapter has a servant manager already
	MinorAdapterEnding      = OMGVMCID | 17 // BAD_INV_ORDER: an adapter below one that is being destroyed
	MinorForeignID          = OMGVMCID | 14 // BAD_PARAM: an id that an adapter with SYSTEM_ID has not chosen
	MinorAdapterActivator   = OMGVMCID | 1  // OBJ_ADAPTER: the adapter activator failed
	MinorNoDefaultServant   = OMGVMCID | 3  // OBJ_ADAPTER: there is no default servant
	MinorNoServantManager   = OMGVMCID | 4  // OBJ_ADAPTER: there is no servant manager
	MinorIncarnatePolicy    = OMGVMCID | 5  // OBJ_ADAPTER: what incarnate did is against the adapter's policies
	MinorNullServant        = OMGVMCID | 7  // OBJ_ADAPTER: the servant manager gave no servant
	MinorNoUsableProfile    = OMGVMCID | 2  // TRANSIENT: no usable profile in the reference
	MinorRequestCancelled   = OMGVMCID | 3  // TRANSIENT: request cancelled
	MinorWCharNotNegotiated = OMGVMCID | 1  // INV_OBJREF: wide characters without a code set

	MinorWCharUnannounced   = OMGVMCID | 23 // BAD_PARAM: wide characters came, and no code set for them before
	MinorWCharInGIOP10      = OMGVMCID | 5  // MARSHAL: wide characters came in GIOP 1.0
	MinorNoCommonCodeSet    = OMGVMCID | 1  // CODESET_INCOMPATIBLE: nothing in common
	MinorCodeSetUnsupported = OMGVMCID | 2  // CODESET_INCOMPATIBLE: the client's choice is not among what was offered

	MinorBadTypeName        = OMGVMCID | 15 // BAD_PARAM, of TypeCodes: a name
	MinorBadRepositoryID    = OMGVMCID | 16 // BAD_PARAM: a repository id
	MinorBadMemberName      = OMGVMCID | 17 // BAD_PARAM: a member's name
	MinorDuplicateLabel     = OMGVMCID | 18 // BAD_PARAM: a union's label
	MinorLabelType          = OMGVMCID | 19 // BAD_PARAM: a label that is no discriminator
	MinorBadDiscriminator   = OMGVMCID | 20 // BAD_PARAM: a union's discriminator
	MinorIncompleteTypeCode = OMGVMCID | 1  // BAD_TYPECODE: a recursive TypeCode without its target
	MinorIllegalMemberType  = OMGVMCID | 2  // BAD_TYPECODE: a member that is no value

	MinorForeignError       = DSOMVMCID | 1
	MinorPanic              = DSOMVMCID | 2
	MinorDeadline           = DSOMVMCID | 3
	MinorCancelled          = DSOMVMCID | 4
	MinorLimit              = DSOMVMCID | 5
	MinorTruncated          = DSOMVMCID | 6
	MinorBadValue           = DSOMVMCID | 7
	MinorTrailing           = DSOMVMCID | 8
	MinorBound              = DSOMVMCID | 9
	MinorConnect            = DSOMVMCID | 10
	MinorConnectionLost     = DSOMVMCID | 11
	MinorPeerClosed         = DSOMVMCID | 12
	MinorProtocol           = DSOMVMCID | 13
	MinorForwardLoop        = DSOMVMCID | 14
	MinorServerFailed       = DSOMVMCID | 15
	MinorServerBackOff      = DSOMVMCID | 16
	MinorServerDisabled     = DSOMVMCID | 17
	MinorNoListener         = DSOMVMCID | 18
	MinorNoServant          = DSOMVMCID | 19
	MinorTypedNil           = DSOMVMCID | 20
	MinorWriteDenied        = DSOMVMCID | 21
	MinorStore              = DSOMVMCID | 22
	MinorUnsupportedType    = DSOMVMCID | 23
	MinorNotAnObject        = DSOMVMCID | 24
	MinorWrongType          = DSOMVMCID | 25
	MinorOverload           = DSOMVMCID | 26
	MinorAlreadyActive      = DSOMVMCID | 27
	MinorUnknownInitialRef  = DSOMVMCID | 28
	MinorNilReference       = DSOMVMCID | 29
	MinorServerUnknown      = DSOMVMCID | 30
	MinorRebind             = DSOMVMCID | 31
	MinorNoRepository       = DSOMVMCID | 32
	MinorMachineAway        = DSOMVMCID | 33
	MinorStoreUnreached     = DSOMVMCID | 34
	MinorDisputed           = DSOMVMCID | 35
	MinorNotBidirectional   = DSOMVMCID | 40
	MinorRequestSent        = OMGVMCID | 10 // BAD_INV_ORDER: a request is sent twice
	MinorRequestNotSent     = OMGVMCID | 11 // BAD_INV_ORDER: a response is wanted of a request that was not sent
	MinorResponseTaken      = OMGVMCID | 12 // BAD_INV_ORDER: a response is wanted that has been taken
	MinorRequestSynchronous = OMGVMCID | 13 // BAD_INV_ORDER: a response is wanted of a request that was not sent deferred
	MinorContextThere       = OMGVMCID | 15 // BAD_INV_ORDER: an interceptor does what it cannot do now
	MinorAdapterInactive    = DSOMVMCID | 64
	MinorAdapterPolicy      = DSOMVMCID | 65
	MinorNotActive          = DSOMVMCID | 66
	MinorWrongAdapter       = DSOMVMCID | 67
	MinorNoContext          = DSOMVMCID | 68
	MinorConnectRefused     = DSOMVMCID | 40
	MinorNotSealed          = DSOMVMCID | 41
	MinorHandshake          = DSOMVMCID | 42
	MinorNeedsTLS           = DSOMVMCID | 43
	MinorNotIdentified      = DSOMVMCID | 44
	MinorGroupReply         = DSOMVMCID | 45
	MinorNoDatagrams        = DSOMVMCID | 46

	MinorPIUnsupported      = OMGVMCID | 1  // NO_RESOURCES: not known of the request in this binding
	MinorPIPoint            = OMGVMCID | 14 // BAD_INV_ORDER: not valid at this interception point
	MinorPolicyFactoryThere = OMGVMCID | 16 // BAD_INV_ORDER: a factory for the policy type is registered
	MinorNoServiceContext   = OMGVMCID | 26 // BAD_PARAM: no such service context
	MinorNilInitialRef      = OMGVMCID | 27 // BAD_PARAM: a nil object as an initial reference
	MinorNoComponent        = OMGVMCID | 28 // BAD_PARAM: no such component in the profile
	MinorNoProfile          = OMGVMCID | 29 // BAD_PARAM: no such profile
	MinorPolicyType         = OMGVMCID | 2  // INV_POLICY: not a policy of this ORB, or none of that type
	MinorComponentsFailed   = OMGVMCID | 6  // OBJ_ADAPTER: an IOR interceptor failed in components_established
	MinorNoPolicyFactory    = OMGVMCID | 3  // INV_POLICY: no factory for the policy type
)

// A Minor is a row of the table of minor codes.
type Minor struct {
	Kind    Kind
	Code    uint32
	Meaning string // a clause: what happened
	Cure    string // what to do about it
}

var minors = []Minor{
	{Unknown, MinorUnlistedException, "the servant raised a user exception that the operation does not declare", "add it to the operation's raises clause"},
	{Unknown, MinorForeignError, "the servant returned an error that is no exception", "see the server's log for its text; return an exception that the operation raises"},
	{Unknown, MinorPanic, "the servant panicked, or ended its goroutine", "see the server's log for the stack"},
	{Unknown, MinorTypedNil, "the servant returned a nil pointer as an exception", "return a plain nil for success"},
	{BadParam, MinorBadSchemeName, "the URL's scheme is not known", "use IOR:, corbaloc:, corbaname: or dsom:"},
	{BadParam, MinorBadAddress, "the URL's address is malformed", "write it as iiop:1.2@host:port"},
	{BadParam, MinorBadSchemeSpecific, "the URL is malformed behind its scheme", "compare it with the examples of dsom ior --help"},
	{BadParam, MinorBadValue, "a value is outside its type's range", "check enum values, union discriminators and code points"},
	{BadParam, MinorNotAnObject, "a Go value that is no object reference stands where IDL says object", "pass a stub, a reference or an implementation"},
	{BadParam, MinorWrongType, "the object does not have the type that was asked for", "narrow to an interface it supports"},
	{ImpLimit, MinorLimit, "a limit was exceeded", "raise the limit that the text names, on the side that names it, if it is an option there"},
	{CommFailure, MinorConnectionLost, "the connection broke", "call again if the operation may run twice"},
	{CommFailure, MinorProtocol, "the peer broke the protocol", "look at the bytes with a trace"},
	{InvObjref, MinorNilReference, "the reference is nil or has no profile that can be used", "check where the reference came from"},
	{NoPermission, MinorWriteDenied, "names may be changed by the daemon's user, root, and registered servers only", "start the daemon with --allow-write, which says who else may"},
	{NoPermission, MinorConnectRefused, "a rule of this side forbids to connect to where the reference leads", "see the text for the rule; a rule before it may allow the address (NETWORK=@direct)"},
	{NoPermission, MinorNotSealed, "the server takes requests over TLS alone, and this one came without", "get a new reference, which names its port for TLS, and call with an ORB that has that transport"},
	{NoPermission, MinorHandshake, "the two sides cannot agree on TLS", "see the text for what is wrong with whose certificate; dsom ior --probe tells more"},
	{NoPermission, MinorNeedsTLS, "there is no way that is sealed to where the reference leads, and no other is wanted", "give the ORB the transport by TLS, or have the server listen by it"},
	{NoPermission, MinorNotIdentified, "the server takes requests of identified callers alone, and the transport has made sure of nobody", "call over TLS with a certificate that the server knows, or on its machine with an ORB that has the transport by sockets"},
	{Marshal, MinorNoValueFactory, "no factory is known for the type of a value that was received", "register one with Register of the type's descriptor, or have the sender send what the receiver knows"},
	{Marshal, MinorForeignError, "a value's own code failed to write or read it", "see the text"},
	{Marshal, MinorWrongType, "a value of another type than the one declared was received", "compare the IDL of both sides"},
	{Marshal, MinorTruncated, "the message ends before the value does", "compare the IDL of both sides"},
	{Marshal, MinorBadValue, "a malformed value was received", "compare the IDL of both sides"},
	{Marshal, MinorTrailing, "octets are left over behind the last parameter", "compare the IDL of both sides"},
	{Marshal, MinorBound, "a sequence or string is longer than its bound", "compare the value with its type in the IDL"},
	{Marshal, MinorLimit, "a limit was exceeded", "raise the limit that the text names, if it is an option"},
	{Marshal, MinorUnsupportedType, "the type cannot be carried by this version", "avoid it in this interface"},
	{NoImplement, MinorUnsupportedType, "not implemented by this version", "see the text"},
	{InvObjref, MinorGroupReply, "a group of objects was to answer, which is called by datagrams", "call operations that are oneway, and with no more of Policies.Sync than the transport; or a member by its own reference"},
	{NoImplement, MinorNoDatagrams, "the reference is of a group of objects, and this ORB sends no datagrams", "give the ORB a Config.Multicaster: miop.NewSender"},
	{BadTypecode, MinorBadValue, "a malformed TypeCode", "compare the IDL of both sides"},
	{BadTypecode, MinorIncompleteTypeCode, "a TypeCode names a type around it that is not there", "put it inside the type that it names"},
	{BadTypecode, MinorIllegalMemberType, "a type would consist of what is no value", "null, void and exceptions stand alone"},
	{BadParam, MinorBadTypeName, "the name of a type is no identifier", "see the text"},
	{BadParam, MinorBadRepositoryID, "a repository id has no format before a colon", "write it as IDL:Module/Name:1.0"},
	{BadParam, MinorBadMemberName, "a member's name is no identifier, or another member's too", "see the text"},
	{BadParam, MinorDuplicateLabel, "a union has a label twice", "see the text"},
	{BadParam, MinorLabelType, "a union's label is no value of its discriminator", "see the text"},
	{BadParam, MinorBadDiscriminator, "a union cannot be switched by that type", "use an integer, a char, a boolean or an enum"},
	{BadOperation, MinorNoServantOp, "the interface has no such operation", "compare the IDL of both sides"},
	{NoResources, MinorOverload, "the server has as much work as its limits allow", "call again later, or raise the limit that the text names"},
	{PersistStore, MinorStore, "the state could not be read or written", "see the text: the disk may be full or the directory read-only"},
	{BadInvOrder, MinorORBShutDown, "the ORB has been shut down", "make a new one"},
	{BadInvOrder, MinorShutdownInUpcall, "a call that waits for all upcalls was made from inside one", "do it in another goroutine"},
	{BadInvOrder, MinorRequestSent, "a dynamic request has been sent already", "make a new one for each call"},
	{BadInvOrder, MinorRequestNotSent, "a dynamic request has not been sent", "call Invoke or Send first"},
	{BadInvOrder, MinorResponseTaken, "the response of a dynamic request has been taken already", "keep what GetResponse has brought: Result and Arguments have it"},
	{BadInvOrder, MinorRequestSynchronous, "a dynamic request has been invoked, not sent: there is no response to wait for", "take Result and Arguments, or begin the call with Send"},
	{BadInvOrder, MinorContextThere, "an interceptor adds a service context that is there already, or does something too late or twice", "see the text"},
	{BadInvOrder, MinorPIPoint, "an interceptor or initializer asks for what is not valid at this point", "ask where it is: see the text"},
	{BadInvOrder, MinorPolicyFactoryThere, "a factory for the policy type is registered already", "register one for each type"},
	{NoResources, MinorPIUnsupported, "an interceptor asks for what a stub or skeleton does not tell", "do without it, or read it in the servant"},
	{BadParam, MinorNoServiceContext, "the message has no service context of that id", "see that the peer sends it"},
	{BadParam, MinorNilInitialRef, "a nil object is registered as an initial reference", "pass an object"},
	{BadParam, MinorNoComponent, "the profile has no component of that tag", "see what the server's IOR interceptors add"},
	{BadParam, MinorNoProfile, "references of this ORB have no profile of that tag", "add to IIOP (0) or multiple components (1)"},
	{InvPolicy, MinorPolicyType, "the policy type is not known, or nobody has set a policy of it", "register a factory, and set the policy"},
	{InvPolicy, MinorNoPolicyFactory, "no factory for the policy type is registered", "register one in an ORB initializer"},
	{ObjAdapter, MinorComponentsFailed, "an IOR interceptor keeps an adapter from making references", "see the text"},
	{Transient, MinorServerHolding, "the server is discarding requests", "call again later"},
	{Transient, MinorNoUsableProfile, "no endpoint of the reference can be used", "see the text for each endpoint that was tried"},
	{Transient, MinorConnect, "no connection could be made", "see that the server runs and that its published address can be reached"},
	{Transient, MinorPeerClosed, "the peer closed the connection before it took the request", "call again"},
	{Transient, MinorCancelled, "the caller gave up", "nothing: the context was cancelled"},
	{Transient, MinorForwardLoop, "the request was forwarded too often", "look at the references with dsom ior"},
	{Transient, MinorServerFailed, "the daemon could not start the server", "see the text, and dsom server logs"},
	{Transient, MinorServerBackOff, "the server failed before and is not tried again yet", "see dsom server logs, then dsom server start"},
	{Transient, MinorServerDisabled, "the server is stopped and not to be started on demand", "dsom server start"},
	{Transient, MinorMachineAway, "the machine to which the server belongs is not up, or it is not clear yet which has it", "call again later; dsom machine list says which machines there are"},
	{Transient, MinorStoreUnreached, "the store that machines share was not reached", "call again later; completed says whether it may have happened"},
	{InvPolicy, MinorNoListener, "a reference would be made in an ORB that listens nowhere", "give the ORB an endpoint to listen on"},
	{Transient, MinorAdapterDestroyed, "the object's adapter ended while the request waited for it", "call again later"},
	{BadInvOrder, MinorManagerSet, "the adapter has a servant manager already", "set it once, best in the adapter's Options"},
	{BadInvOrder, MinorAdapterEnding, "the adapter is being destroyed, and no other can be made below it", "make it after that"},
	{BadParam, MinorForeignID, "the adapter chooses its ids itself (SYSTEM_ID) and has not chosen this one", "use one that it gave, or an adapter with USER_ID"},
	{ObjAdapter, MinorAdapterActivator, "the adapter activator failed", "see the server's log"},
	{ObjAdapter, MinorNoDefaultServant, "the adapter has no default servant yet", "set it before clients come, best in the adapter's Options"},
	{ObjAdapter, MinorNoServantManager, "the adapter has no servant manager of the kind that its policies want", "with RETAIN set a ServantActivator, with NON_RETAIN a ServantLocator"},
	{ObjAdapter, MinorIncarnatePolicy, "what incarnate returned cannot be the object under the adapter's policies", "return another servant for each object, or use MULTIPLE_ID; do not activate the object in incarnate"},
	{ObjAdapter, MinorNullServant, "the servant manager returned no servant and no error", "return OBJECT_NOT_EXIST if there is no such object"},
	{ObjAdapter, MinorAdapterInactive, "the adapter's manager is inactive, which is final", "destroy the adapter, and make it anew with another manager"},
	{ObjAdapter, MinorAdapterPolicy, "the adapter's policies do not allow what was asked of it", "see the text for the policies that do"},
	{ObjAdapter, MinorNotActive, "the object or servant is not active in the adapter", "activate it before"},
	{ObjAdapter, MinorWrongAdapter, "the object is not of this adapter", "ask the adapter that made its reference"},
	{ObjAdapter, MinorNoContext, "there is no upcall to which the context belongs", "pass the ctx that the servant's method was given, before it returns"},
	{ObjAdapter, MinorNoServant, "no servant for the object", "activate it before references to it are used"},
	{ObjAdapter, MinorAlreadyActive, "the object id is in use", "deactivate the other object first"},
	{ObjAdapter, MinorNotBidirectional, "the object was called over a connection that its own side has made, which its adapter does not allow", "make the object in an adapter whose BidirectionalPolicy is BOTH"},
	{InvObjref, MinorWCharNotNegotiated, "wide characters were to be sent to a peer that has published no code set for them", "use a reference of GIOP 1.1 or later whose code sets component names one; see dsom ior"},
	{BadParam, MinorWCharUnannounced, "wide characters came from a peer that has announced no code set for them", "have the peer send the code sets context, as it does for references that name code sets"},
	{Marshal, MinorWCharInGIOP10, "wide characters came in GIOP 1.0, which has none", "have the peer speak GIOP 1.1 or later"},
	{CodesetIncompatible, MinorNoCommonCodeSet, "client and server have no code set in common, or none that this ORB can convert", "configure one that both have, such as UTF-8"},
	{CodesetIncompatible, MinorCodeSetUnsupported, "the client announced a code set that the server had not offered", "compare what dsom ior says of the reference with the client's configuration"},
	{DataConversion, MinorNoCodeSet, "a character has no counterpart in the code set of the connection", "send it as wstring, or use a server that takes UTF-8"},
	{ObjectNotExist, MinorObjectUnknown, "the object, or its adapter, does not exist (any more) in this server", "get a new reference"},
	{ObjectNotExist, MinorServerUnknown, "no server that the daemon knows has made the reference", "register the server again by its UUID, which the text names, or get a new reference"},
	{Timeout, MinorDeadline, "the deadline passed before the reply came", "allow more time, or see what the server is busy with"},
	{IntfRepos, MinorNoRepository, "the server has no interface repository, or that does not know the interface", "give the server an initial reference InterfaceRepository"},
	{IntfRepos, MinorDisputed, "the interface repository was told different things of the interface, which the text names, and answers with neither", "start the servers with the same release of the class, or remove the registration that is not true any more: dsom idl register --list, --remove"},
	{Rebind, MinorRebind, "the policies do not let the reference be bound anew", "call ValidateConnection, or allow it with Policies.Rebind"},
	{InvIdent, MinorUnknownInitialRef, "no initial reference of that name", "give one in the configuration"},
}

// Minors returns the table of minor codes that this ORB raises.
func Minors() []Minor { return append([]Minor(nil), minors...) }

// MinorMeaning returns what a minor code of an exception means, if it is in the table.
func MinorMeaning(k Kind, code uint32) (string, bool) {
	for _, m := range minors {
		if m.Kind == k && m.Code == code {
			return m.Meaning, true
		}
	}
	return "", false
}
