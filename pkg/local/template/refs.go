package template

import (
	"strings"
)

// ref is what Ref of a parameter, a pseudo parameter or a resource is.
func (r *reader) ref(at node, name string) any {
	switch name {
	case "AWS::NoValue":
		return none{}
	case "AWS::Region":
		return region
	case "AWS::AccountId":
		return account
	case "AWS::Partition":
		return partition
	case "AWS::StackName":
		return r.stack.Name
	case "AWS::StackId":
		return "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + r.stack.Name + "/0"
	case "AWS::URLSuffix":
		return "amazonaws.com"
	}
	if v, ok := r.parameters[name]; ok {
		return v
	}
	r.refers(at, name)
	if id, attribute, dotted := strings.Cut(name, "."); dotted && r.resources[id] != nil {
		return r.referTo(at, id, attribute) // SAM: Function.Alias, Function.Version
	}
	x := r.resources[name]
	if x == nil {
		if r.generated(name) {
			return r.ofGenerated(name)
		}
		r.fault(at, "Ref: there is no parameter or resource %q, or its condition does not hold", name)
		return ""
	}
	switch x.kind {
	case "AWS::ApiGatewayV2::Stage", "AWS::ApiGateway::Stage":
		return r.text(x.node.get("Properties").get("StageName"))
	case "AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName":
		return r.text(x.node.get("Properties").get("DomainName"))
	case "AWS::Serverless::Function", "AWS::Lambda::Function":
		return r.functionName(x)
	case "AWS::Lambda::Alias":
		return r.lambdaARN(r.text(x.node.get("Properties").get("FunctionName")) + ":" + r.text(x.node.get("Properties").get("Name")))
	}
	return r.physical(name)
}

// physical is the id of what a logical id names.
func (r *reader) physical(id string) string { return r.stack.Name + "-" + id }

// referTo is SAM's Ref of what it makes beside a function.
func (r *reader) referTo(at node, id, what string) any {
	x := r.resources[id]
	alias := x.node.get("Properties").get("AutoPublishAlias")
	if !alias.ok() {
		alias = r.root.get("Globals").get("Function").get("AutoPublishAlias")
	}
	if x.kind != "AWS::Serverless::Function" || !alias.ok() || what != "Alias" && what != "Version" {
		r.fault(at, "Ref: %s.%s needs a SAM function with AutoPublishAlias", id, what)
		return ""
	}
	if what == "Version" {
		return r.lambdaARN(r.functionName(x)) + ":1"
	}
	return r.lambdaARN(r.functionName(x)) + ":" + r.text(alias)
}

// functionName is its FunctionName, or what CloudFormation would make of its id.
func (r *reader) functionName(x *resource) string {
	if n := x.node.get("Properties").get("FunctionName"); n.ok() {
		return r.text(n)
	}
	return r.physical(x.id)
}

// lambdaARN makes a full ARN of a function's name, of name:qualifier, of a part of
// an ARN, or of one.
func (r *reader) lambdaARN(name string) string {
	switch {
	case strings.HasPrefix(name, "arn:"):
		return name
	case strings.Contains(name, ":function:"):
		return "arn:" + partition + ":lambda:" + region + ":" + name
	}
	return "arn:" + partition + ":lambda:" + region + ":" + account + ":function:" + name
}

// attribute is what Fn::GetAtt is.
func (r *reader) attribute(at node, id, name string) any {
	r.refers(at, id)
	x := r.resources[id]
	if x != nil && x.kind == "AWS::Serverless::Application" && strings.HasPrefix(name, "Outputs.") {
		return r.importValue(at, id+"."+name)
	}
	switch {
	case x == nil && r.generated(id) && name == "Arn":
		return "arn:" + partition + ":iam::" + account + ":role/" + r.physical(id)
	case x == nil:
		r.fault(at, "Fn::GetAtt: there is no resource %q, or its condition does not hold", id)
		return ""
	case !x.known.attributes[name]:
		r.fault(at, "Fn::GetAtt: %s has no attribute %q that is known here", x.kind, name)
		return ""
	}
	switch x.kind + " " + name {
	case "AWS::Serverless::Function Arn", "AWS::Lambda::Function Arn":
		return r.lambdaARN(r.functionName(x))
	case "AWS::Serverless::HttpApi ApiEndpoint", "AWS::ApiGatewayV2::Api ApiEndpoint":
		return "https://" + r.physical(id) + ".execute-api." + region + ".amazonaws.com"
	case "AWS::ApiGatewayV2::Api ApiId", "AWS::ApiGateway::RestApi RestApiId":
		return r.physical(id)
	case "AWS::ApiGateway::Resource ResourceId":
		return r.physical(id)
	}
	if strings.HasSuffix(name, "Arn") {
		service := strings.ToLower(strings.Split(x.kind, "::")[1])
		return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + strings.ToLower(strings.TrimSuffix(name, "Arn")) + "/" + r.physical(id)
	}
	return r.physical(id) + "." + name
}

// generated reports whether SAM makes a resource of this id: a function's role
// and alias, an API's stage and deployment, an implicit API.
func (r *reader) generated(id string) bool {
	if id == "ServerlessHttpApi" || id == "ServerlessRestApi" {
		return r.root.get("Transform").ok()
	}
	for of, n := range r.root.get("Resources").entries() {
		rest, ok := strings.CutPrefix(id, of)
		if !ok {
			continue
		}
		switch n.get("Type").scalar() {
		case "AWS::Serverless::Function":
			ok = rest == "Role" && !n.get("Properties").get("Role").ok() || strings.HasPrefix(rest, "Alias")
		case "AWS::Serverless::HttpApi", "AWS::Serverless::Api":
			ok = rest == "Deployment" || strings.HasSuffix(rest, "Stage") && rest != ""
		default:
			ok = false
		}
		if ok {
			return true
		}
	}
	return false
}

// ofGenerated is Ref of such a resource.
func (r *reader) ofGenerated(id string) string {
	for of, n := range r.root.get("Resources").entries() {
		rest, ok := strings.CutPrefix(id, of)
		if alias, is := strings.CutPrefix(rest, "Alias"); ok && is && r.resources[of] != nil && n.get("Type").scalar() == "AWS::Serverless::Function" {
			return r.lambdaARN(r.functionName(r.resources[of])) + ":" + alias
		}
		if name, is := strings.CutSuffix(rest, "Stage"); ok && is && strings.HasPrefix(n.get("Type").scalar(), "AWS::Serverless::") {
			if name == "ApiGatewayDefault" {
				return "$default"
			}
			return name
		}
	}
	return r.physical(id)
}
