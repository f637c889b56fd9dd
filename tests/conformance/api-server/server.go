package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/rest"
)

// patience is how long a server may take until it serves.
const patience = time.Minute

// nowhere is a kubeconfig that is read and never used.
const nowhere = `{"apiVersion": "v1", "kind": "Config", "current-context": "c",
"clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
"users": [{"name": "u", "user": {}}],
"contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}`

// start starts etcd and the server on the loopback address. They end with the program.
func start(ctx context.Context, folder string) (*rest.Config, error) {
	etcd, err := startEtcd(filepath.Join(folder, "etcd"))
	if err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(folder, "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte(nowhere), 0o600); err != nil {
		return nil, err
	}
	// The flags of the project's own test/integration/fixtures/server.go.
	settings := options.NewCustomResourceDefinitionsServerOptions(os.Stderr, os.Stderr)
	flags := pflag.NewFlagSet("server", pflag.ContinueOnError)
	settings.AddFlags(flags)
	err = flags.Parse([]string{
		"--etcd-servers", etcd,
		"--cert-dir", filepath.Join(folder, "certificates"),
		"--authentication-skip-lookup",
		"--authentication-kubeconfig", kubeconfig,
		"--authorization-kubeconfig", kubeconfig,
		"--kubeconfig", kubeconfig,
		"--enable-priority-and-fairness=false",
		"--disable-admission-plugins",
		"NamespaceLifecycle,MutatingAdmissionWebhook,ValidatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy",
	})
	if err != nil {
		return nil, err
	}
	serving := settings.RecommendedOptions.SecureServing
	serving.Listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address, isTCP := serving.Listener.Addr().(*net.TCPAddr)
	if !isTCP {
		return nil, errors.New("a listener without a port")
	}
	serving.BindPort, serving.ExternalAddress = address.Port, address.IP
	if err := settings.Complete(); err != nil {
		return nil, err
	}
	if err := settings.Validate(); err != nil {
		return nil, err
	}
	config, err := settings.Config()
	if err != nil {
		return nil, err
	}
	server, err := config.Complete().New(genericapiserver.NewEmptyDelegate())
	if err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.GenericAPIServer.PrepareRun().RunWithContext(ctx) }()
	client := rest.CopyConfig(server.GenericAPIServer.LoopbackClientConfig)
	client.QPS = -1
	return client, wait(ctx, client, ended)
}

// wait waits until the server serves.
func wait(ctx context.Context, config *rest.Config, ended <-chan error) error {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-ended:
			return fmt.Errorf("the API server ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		answer, err := client.Get(config.Host + "/healthz")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == 200 {
			return nil
		}
	}
	return errors.New("the API server does not serve")
}

// startEtcd starts etcd and gives its address.
func startEtcd(folder string) (string, error) {
	config := embed.NewConfig()
	config.Dir = folder
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	client, err := freeAddress()
	if err != nil {
		return "", err
	}
	peer, err := freeAddress()
	if err != nil {
		return "", err
	}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return client.String(), nil
	case <-time.After(patience):
		return "", errors.New("etcd does not serve")
	}
}

func freeAddress() (*url.URL, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	return url.Parse("http://" + listener.Addr().String())
}
