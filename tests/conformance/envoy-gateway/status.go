package main

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/envoyproxy/gateway/internal/gatewayapi"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
)

// bad are the conditions that say that something is wrong when they hold; all others say so when they don't.
var bad = map[string]bool{
	string(gwapiv1.ListenerConditionConflicted):    true,
	string(gwapiv1.RouteConditionPartiallyInvalid): true,
	"OverlappingTLSConfig":                         true,
	"Warning":                                      true,
}

// of no matter are the conditions that depend on a running proxy, and those of a policy that a closer one stands before.
var ofNoMatter = map[string]bool{
	"Overridden": true, "Merged": true, "Aggregated": true,
}

type statuses struct {
	refusals []Refusal
}

func (all *statuses) refuse(object, message string) {
	all.refusals = append(all.refusals, Refusal{Object: object, Message: message})
}

func (all *statuses) conditions(object string, conditions []metav1.Condition) {
	if len(conditions) == 0 {
		all.refuse(object, "Envoy Gateway says nothing of it")
	}
	for _, condition := range conditions {
		if ofNoMatter[condition.Type] {
			continue
		}
		if (condition.Status == metav1.ConditionTrue) == bad[condition.Type] {
			all.refuse(object, fmt.Sprintf("%s is %s: %s: %s", condition.Type, condition.Status, condition.Reason,
				strings.TrimSpace(condition.Message)))
		}
	}
}

func (all *statuses) route(object string, parents []gwapiv1.RouteParentStatus) {
	if len(parents) == 0 {
		all.refuse(object, "it belongs to no gateway")
	}
	for _, parent := range parents {
		all.conditions(object, parent.Conditions)
	}
}

func (all *statuses) policy(object string, status gwapiv1.PolicyStatus) {
	if len(status.Ancestors) == 0 {
		all.refuse(object, "it is about nothing that there is")
	}
	for _, ancestor := range status.Ancestors {
		all.conditions(object, ancestor.Conditions)
	}
}

func named(kind string, object metav1.Object) string {
	return fmt.Sprintf("%s %s/%s", kind, object.GetNamespace(), object.GetName())
}

// refused is everything that the statuses of the objects say against them, or that was left out of the translation.
func refused(given *resource.Resources, result *gatewayapi.TranslateResult) []Refusal {
	all := &statuses{refusals: []Refusal{}}
	if len(result.Gateways) != len(given.Gateways) {
		all.refuse("the gateways", fmt.Sprintf("%d of %d were translated", len(result.Gateways), len(given.Gateways)))
	}
	for _, one := range result.Gateways {
		name := named("Gateway", one)
		for _, condition := range one.Status.Conditions {
			// Whether the proxy runs and has an address is not known here, and an acceptance is not written down.
			if condition.Type == string(gwapiv1.GatewayConditionAccepted) && condition.Status == metav1.ConditionFalse {
				all.refuse(name, condition.Message)
			}
		}
		for _, listener := range one.Status.Listeners {
			all.conditions(fmt.Sprintf("%s, listener %s", name, listener.Name), listener.Conditions)
		}
	}
	for _, one := range result.HTTPRoutes {
		all.route(named("HTTPRoute", one), one.Status.Parents)
	}
	for _, one := range result.GRPCRoutes {
		all.route(named("GRPCRoute", one), one.Status.Parents)
	}
	for _, one := range result.TLSRoutes {
		all.route(named("TLSRoute", one), one.Status.Parents)
	}
	for _, one := range result.TCPRoutes {
		all.route(named("TCPRoute", one), one.Status.Parents)
	}
	for _, one := range result.ClientTrafficPolicies {
		all.policy(named("ClientTrafficPolicy", one), one.Status)
	}
	for _, one := range result.BackendTrafficPolicies {
		all.policy(named("BackendTrafficPolicy", one), one.Status)
	}
	for _, one := range result.SecurityPolicies {
		all.policy(named("SecurityPolicy", one), one.Status)
	}
	for _, one := range result.EnvoyExtensionPolicies {
		all.policy(named("EnvoyExtensionPolicy", one), one.Status)
	}
	for _, one := range result.BackendTLSPolicies {
		all.policy(named("BackendTLSPolicy", one), one.Status)
	}
	for _, one := range result.EnvoyPatchPolicies {
		all.policy(named("EnvoyPatchPolicy", one), one.Status)
	}
	for _, one := range result.Backends {
		all.conditions(named("Backend", one), one.Status.Conditions)
	}
	return all.refusals
}
