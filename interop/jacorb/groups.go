package jacorb

import (
	"embed"
	"io/fs"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

//go:embed groups
var groupSources embed.FS

// BuildGroups makes the program for groups of objects, and returns the beginning of its command line. It skips the test where something is missing for it.
func BuildGroups(t testing.TB) []string {
	t.Helper()
	own, err := fs.Sub(groupSources, "groups")
	if err != nil {
		t.Fatal(err)
	}
	pom, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	dir := peer.Build(t, peer.Recipe{
		Name: "jacorb-groups",
		Needs: []peer.Tool{
			{Name: "java", Package: "openjdk-17-jdk-headless"}, {Name: "javac", Package: "openjdk-17-jdk-headless"}, {Name: "mvn", Package: "maven"},
		},
		Sources: []fs.FS{pom, own},
		Key:     []peer.Command{{"javac", "-version"}},
		Stages: [][]peer.Command{
			{{"mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"}},
			{Compile("lib", "gen", "hearer.idl")},
			{{"sh", "-c", "javac -nowarn -proc:none -Xlint:none -cp 'lib/*' -d classes $(find gen -name '*Hearer*.java') Groups.java"}},
		},
	})
	return strings.Fields("java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -Djava.net.preferIPv4Stack=true --add-opens java.base/java.io=ALL-UNNAMED -cp " + dir + "/classes:" + dir + "/lib/* Groups")
}
