package languages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

var java = &Host{Name: "Java", Page: "som-java.md", Limits: []Limit{
	{"exceptions/own-again", "UNKNOWN: java.lang.IllegalStateException: mine", "methods in C++ hand the exception on, and it comes back as a `SomUnknownException` with its text"},
}}

// javaProgram is a folder with dsom.jar and its libraries, linked to the libsom that the class libraries are, and the classes of the program.
func javaProgram(t testing.TB) string {
	t.Helper()
	for _, tool := range []string{"java", "javac", "jar"} {
		sombuild.Need(t, tool, "openjdk-17-jdk-headless")
	}
	sombuild.Need(t, "make", "make")
	kernel, library := sombuild.Kernel(t, "gcc", "-O2"), suite(t)
	return shelf.Once(t, "java", func(dir string) error {
		jar := filepath.Join(dir, "dsom.jar")
		for _, step := range [][]string{
			{"make", "-s", "-C", "../../bind/java", "BUILD=" + dir, "KERNEL=" + kernel, "CC=gcc"},
			{"java", "-jar", jar, "interfaces", "--out", filepath.Join(dir, "gen"), filepath.Join(library, "libsuite.so")},
			{"sh", "-c", `javac --release 17 -proc:none -encoding UTF-8 -cp "$1/dsom.jar" -d "$1/program" "$1"/gen/suite/*.java java/Suite.java`, "sh", dir},
		} {
			cmd := exec.Command(step[0], step[1:]...)
			cmd.Env = append(os.Environ(), "SOM_PATH="+library)
			if said, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%v: %w\n%s", step, err, said)
			}
		}
		return nil
	})
}

func TestJava(t *testing.T) {
	t.Parallel()
	dir := javaProgram(t)
	conform(t, java, func(t *testing.T, env []string, rows ...string) (string, error) {
		args := []string{"-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", filepath.Join(dir, "dsom.jar") + ":" + filepath.Join(dir, "program"), "Suite"}
		return output(t, env, "java", append(args, rows...)...)
	})
}
