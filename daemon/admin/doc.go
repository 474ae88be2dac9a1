// Package admin is the daemon's local API as its users see it: the types, a client, and the
// file in the state folder through which the client finds the daemon. Command line and
// console reach the daemon through it and through nothing else, and so do server programs
// when they register.
//
// The API is HTTP with JSON on a loopback address, authorised by a bearer token that only
// those can read who may read the state folder's file. Its paths begin with /v1/; a field may be
// added within a version, and what is unknown is ignored.
//
//	GET    /v1/status                   Status
//	GET    /v1/servers                  []Server
//	POST   /v1/servers                  Server → Server
//	GET    /v1/servers/{name}           Server
//	PATCH  /v1/servers/{name}           Change → Server
//	DELETE /v1/servers/{name}           (?stop=true stops it first)
//	POST   /v1/servers/{name}/start     → Server, once it takes calls
//	POST   /v1/servers/{name}/stop      → Server, once it has ended
//	POST   /v1/servers/{name}/upgrade   Upgrade → Upgraded, once the old processes have ended
//	GET    /v1/servers/{name}/logs      text; ?lines=N&follow=true
//	GET    /v1/calls                    Calls
//	GET    /v1/connections              Connections
//	GET    /v1/visitors                 Visitors
//	GET    /v1/backup                   the state, as package daemon/backup writes it
//	GET    /v1/settings                 []Setting
//	POST   /v1/settings/reload          → Reloaded
//	GET    /v1/names                    Names; ?in=CONTEXT&search=TEXT&limit=N
//	GET    /v1/classes                  Classes
//	GET    /v1/classes/{name}           Class
//	POST   /v1/references               Question → Reference
//	POST   /v1/objects/class            Question → Class
//	POST   /v1/objects/call             Call → Outcome
//	GET    /v1/metrics                  text, for Prometheus; docs/console.md lists them
//	GET    /v1/interfaces               []Specification
//	PUT    /v1/interfaces/{name}        a packed specification → Specification
//	DELETE /v1/interfaces/{name}
//	GET    /v1/spec                     all that is registered, packed
//	POST   /v1/leases                   Registration → a stream of Message, a line each
//	PUT    /v1/leases/{id}/endpoints    []string
//	PUT    /v1/leases/{id}/report       Report
//	PUT    /v1/leases/{id}/counts       Counts
//	PUT    /v1/leases/{id}/interfaces   a packed specification, of the server's classes → Specification
//	PUT    /v1/leases/{id}/said         the names are said that were put aside for the upgrade
//	PUT    /v1/leases/{id}/quiet        nothing is under way any more of what the process had the naming service say, whose place another has taken
//	PUT    /v1/leases/{id}/renew        for how long the process may be the server from now on
//	DELETE /v1/leases/{id}              the server is done
//	GET    /v1/machines                 Machines, where several daemons share a state
//	GET    /v1/link                     Neighbours, once they have been asked; ?name=NAME: those that have it
//
// Where they do, a request about one server is answered by the machine that has it, whichever daemon gets it, and what is told of all servers, of calls and
// of connections is told of all machines. ?machine=NAME names the machine that is to answer, for what is asked about a server and for the visitors.
//
// An error is answered as {"error": Error}.
package admin

import "time"

// The variables by which the daemon tells a server that it starts where it belongs.
const (
	EnvState         = "DSOM_STATE"          // the state folder
	EnvSOMDir        = "SOMDDIR"             // the folder of SOM's DSOM, where the state folder is dsom within it
	EnvAdmin         = "DSOM_ADMIN"          // host:port of this API when the server was started
	EnvDaemon        = "DSOM_DAEMON"         // host:port at which the daemon takes CORBA calls, as references name it
	EnvDaemonLocal   = "DSOM_DAEMON_LOCAL"   // host:port at which programs of this machine call it
	EnvDaemonPublish = "DSOM_DAEMON_PUBLISH" // what references name for the daemon, to whom; "": EnvDaemon to all
	EnvDaemonWeb     = "DSOM_DAEMON_WEB"     // endpoints of WebSocket at which they do, with spaces between; "": none
	EnvDaemonSocket  = "DSOM_DAEMON_SOCKET"  // the socket at which they do; "": there is none
	EnvServerName    = "DSOM_SERVER_NAME"    // the name of its record
	EnvServerUUID    = "DSOM_SERVER_UUID"    // and the UUID
	EnvServerToken   = "DSOM_SERVER_TOKEN"   // allows it to register as that server, and nothing else
	EnvServerObject  = "DSOM_SERVER_OBJECT"  // the path of the one object that the process is for; "": it is for all

	// EnvServerFence is a number that grows each time that another machine gets the server, be it that it may run on any or that it is given away: what the
	// server writes to can refuse who comes with a smaller one than it has seen. "": it has always been one machine's.
	EnvServerFence = "DSOM_SERVER_FENCE"

	// Of the command of a health check besides.
	EnvServerEndpoints = "DSOM_SERVER_ENDPOINTS" // where the server takes calls, with spaces between
	EnvServerCheck     = "DSOM_SERVER_CHECK"     // whose check it is, of which server: by it a daemon finds a check that one has left behind which was killed
	EnvServerPID       = "DSOM_SERVER_PID"       // its process
)

// The variables by which who starts a daemon, or a server, says how it is reached, and reaches
// others: rules of package reach. What a program or a command line says comes before.
const (
	EnvPublish     = "DSOM_PUBLISH"      // what references name
	EnvConnect     = "DSOM_CONNECT"      // where the addresses in references lead
	EnvLocalSocket = "DSOM_LOCAL_SOCKET" // the daemon's own socket, of its configuration
	EnvSocket      = "DSOM_SOCKET"       // a socket of the machine at which a server listens besides
)

// PublishedPrefix begins those of a server's endpoints that are rules for what its references
// name: the daemon sends clients by them, not to what is listened at.
const PublishedPrefix = "publish:"

// IdentifiedCallers is the one of a server's endpoints that says that it refuses callers that are not identified, as one has to that is registered as secure.
const IdentifiedCallers = "callers:identified"

// CertifiedClients is the one of a server's endpoints that says that clients must show a certificate where it takes TLS: references that the daemon gives of it say so.
const CertifiedClients = "clients:certified"

// Limits of the API, both ways.
const (
	MaxCallTime  = time.Minute // that a Call may take
	MaxRequest   = 1 << 20     // octets of a request's body
	MaxMessage   = 64 << 10    // octets of a line in a lease's stream
	MaxEndpoints = 64          // endpoints of a server
	MaxEndpoint  = 512         // octets of an endpoint
	MaxLogLines  = 10_000      // lines that a request for logs begins with
)
