// gloo-istio-conformance lets Istio's own code judge and translate the manifests of one cluster that gloo emitted.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	// Before all of Istio's packages.
	_ "gloo.test/conformance/istio/environment"

	"istio.io/istio/pkg/log"
)

const usage = `usage: gloo-istio-conformance translate|analyze --world WORLD.yaml --manifests FOLDER

  translate  what Istio makes of the objects for each proxy: listeners, routes, clusters, endpoints, secrets
  analyze    what Istio says of the objects: its CRDs, its webhook, its analysers
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run does what the arguments ask, and gives the status to end with: 0 if it is done, whatever Istio says of the objects, 1
// if Istio's code fails on them, 2 if the arguments or the files are wrong.
func run(arguments []string, output, errs io.Writer) int {
	err := dispatch(arguments, output)
	var mistake *inputError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &mistake):
		fmt.Fprintln(errs, err)
		return 2
	default:
		fmt.Fprintln(errs, err)
		return 1
	}
}

// dispatch reads the arguments and the files, and writes the answer.
func dispatch(arguments []string, output io.Writer) error {
	if len(arguments) == 0 {
		return badInput("%s", usage)
	}
	flags := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	world := flags.String("world", "", "what stands on the cluster")
	manifests := flags.String("manifests", "", "what gloo adds")
	command := arguments[0]
	if command != "translate" && command != "analyze" {
		return badInput("there is no command `%s`\n%s", command, usage)
	}
	if err := flags.Parse(arguments[1:]); err != nil {
		return badInput("%v\n%s", err, usage)
	}
	if *world == "" || *manifests == "" || flags.NArg() > 0 {
		return badInput("%s needs --world and --manifests, and nothing else\n%s", command, usage)
	}
	if err := quiet(); err != nil {
		return err
	}
	objects, err := load(*world, *manifests)
	if err != nil {
		return err
	}
	if command == "analyze" {
		said, err := analyze(objects)
		if err != nil {
			return err
		}
		return write(output, said)
	}
	made, err := translate(objects)
	if err != nil {
		return err
	}
	return write(output, made)
}

// quiet sends the warnings of Istio's code to standard error, and nothing to standard output.
func quiet() error {
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.WarnLevel)
	return log.Configure(options)
}
