// Reads lab/template.yaml, so that what the twin runs is what is deployed: resolves its
// parameters, conditions and intrinsic functions as CloudFormation does.
//
//     const { resources, outputs, parameters } = resolve(readTemplate(file), { ProjectName: 'x' });
//     resources.Table -> { type: 'AWS::DynamoDB::Table', name: 'x-breakers', properties: {...} }
//
// Whatever it does not know is an error that names the place: a template that is only
// half understood would prove nothing.
'use strict';

const fs = require('node:fs');
const load = require('./modules');

const REGION = 'eu-west-1';
const ACCOUNT = '000000000000';
const NO_VALUE = Symbol('AWS::NoValue');

const TAGS = ['Ref', 'Sub', 'GetAtt', 'If', 'Join', 'Select', 'Split', 'Equals', 'Not', 'And', 'Or',
    'Condition', 'FindInMap', 'Base64', 'ImportValue', 'GetAZs', 'Cidr', 'Transform'];

// The short form `!Sub x` becomes the long one, {"Fn::Sub": x}, so that there is one form.
function longForm(tag, value) {
    const key = tag === 'Ref' || tag === 'Condition' ? tag : `Fn::${tag}`;
    if (tag === 'GetAtt' && typeof value === 'string') {
        const dot = value.indexOf('.');
        value = [value.slice(0, dot), value.slice(dot + 1)];
    }
    return { [key]: value };
}

// A list or map under a tag may hold further tags: it becomes a map with the one long key,
// and its children are turned into values with the rest of the document.
function longNode(yaml, tag, node) {
    const map = new yaml.YAMLMap();
    const key = tag === 'Ref' || tag === 'Condition' ? tag : `Fn::${tag}`;
    node.tag = undefined;
    map.items.push(new yaml.Pair(new yaml.Scalar(key), node));
    return map;
}

function tagsFor(yaml) {
    return TAGS.flatMap((tag) => [
        { tag: `!${tag}`, resolve: (text) => longForm(tag, text) },
        { tag: `!${tag}`, collection: 'seq', resolve: (node) => longNode(yaml, tag, node) },
        { tag: `!${tag}`, collection: 'map', resolve: (node) => longNode(yaml, tag, node) },
    ]);
}

function parseTemplate(text, name) {
    const yaml = load('yaml');
    const document = yaml.parseDocument(text, { customTags: tagsFor(yaml), version: '1.2' });
    const trouble = [...document.errors, ...document.warnings][0];
    if (trouble) throw new Error(`${name}: ${trouble.message}`);
    return document.toJS();
}

function readTemplate(file) {
    return parseTemplate(fs.readFileSync(file, 'utf8'), file);
}

// --- names and attributes, as CloudFormation gives them --------------------------------

const arn = (service, rest, region = REGION) => `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;

const KINDS = {
    'AWS::DynamoDB::Table': { name: 'TableName', arn: (n) => arn('dynamodb', `table/${n}`) },
    'AWS::Lambda::Function': { name: 'FunctionName', arn: (n) => arn('lambda', `function:${n}`) },
    'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: (n) => arn('logs', `log-group:${n}:*`) },
    'AWS::IAM::Role': { name: 'RoleName', arn: (n) => arn('iam', `role/${n}`, '') },
    'AWS::CloudWatch::Alarm': { name: 'AlarmName', arn: (n) => arn('cloudwatch', `alarm:${n}`) },
    'AWS::CloudWatch::Dashboard': { name: 'DashboardName' },
    'AWS::SNS::Topic': { name: 'TopicName', arn: (n) => arn('sns', n), ref: 'arn' },
    'AWS::S3::Bucket': { name: 'BucketName', arn: (n) => `arn:aws:s3:::${n}` },
};

class Resolver {
    constructor(template, given) {
        this.template = template;
        this.given = given;
        this.names = new Map();
        this.running = [];
        this.parameters = this.readParameters();
    }

    readParameters() {
        const declared = this.template.Parameters || {};
        for (const key of Object.keys(this.given)) {
            if (!declared[key]) throw new Error(`there is no parameter ${key} in the template`);
        }
        return Object.fromEntries(Object.entries(declared).map(([key, one]) => {
            const value = this.given[key] ?? one.Default;
            if (value === undefined) throw new Error(`parameter ${key} has no default value: give --parameter ${key}=...`);
            if (one.AllowedValues && !one.AllowedValues.map(String).includes(String(value))) {
                throw new Error(`parameter ${key}: ${value} is not one of ${one.AllowedValues.join(', ')}`);
            }
            return [key, one.Type === 'CommaDelimitedList' ? String(value).split(',') : value];
        }));
    }

    get stack() {
        return String(this.parameters.ProjectName ?? 'twin');
    }

    condition(name) {
        const condition = (this.template.Conditions || {})[name];
        if (condition === undefined) throw new Error(`there is no condition ${name} in the template`);
        return this.value(condition, `Conditions.${name}`) === true;
    }

    resource(id) {
        const resource = (this.template.Resources || {})[id];
        if (!resource) throw new Error(`${this.place()}: there is no parameter or resource ${id}`);
        if (resource.Condition && !this.condition(resource.Condition)) {
            throw new Error(`${this.place()}: resource ${id} does not exist, its condition ${resource.Condition} is false`);
        }
        return resource;
    }

    place() {
        return this.running[this.running.length - 1] || 'template';
    }

    nameOf(id) {
        if (this.names.has(id)) return this.names.get(id);
        const resource = this.resource(id);
        const kind = KINDS[resource.Type];
        const given = kind && (resource.Properties || {})[kind.name];
        const name = given === undefined ? `${this.stack}-${id}` : this.value(given, `Resources.${id}.${kind.name}`);
        this.names.set(id, name);
        return name;
    }

    attribute(id, name) {
        const resource = this.resource(id);
        const kind = KINDS[resource.Type];
        if (name === 'Arn' && kind && kind.arn) return kind.arn(this.nameOf(id));
        if (resource.Type === 'AWS::ApiGatewayV2::Api' && name === 'ApiEndpoint') {
            return `https://${this.nameOf(id)}.execute-api.${REGION}.amazonaws.com`;
        }
        throw new Error(`${this.place()}: the twin does not know ${id}.${name} of ${resource.Type}`);
    }

    ref(name) {
        const pseudo = {
            'AWS::Region': REGION, 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws',
            'AWS::URLSuffix': 'amazonaws.com', 'AWS::StackName': this.stack, 'AWS::NoValue': NO_VALUE,
            'AWS::StackId': arn('cloudformation', `stack/${this.stack}/twin`),
        };
        if (name in pseudo) return pseudo[name];
        if (name in this.parameters) return this.parameters[name];
        const kind = KINDS[this.resource(name).Type];
        return kind && kind.ref === 'arn' ? kind.arn(this.nameOf(name)) : this.nameOf(name);
    }

    sub(value) {
        const [text, own] = Array.isArray(value) ? value : [value, {}];
        return text.replace(/\$\{(!?)([^}]*)\}/g, (whole, literal, name) => {
            if (literal) return `\${${name}}`;
            if (name in own) return String(this.value(own[name]));
            const dot = name.indexOf('.');
            return String(dot < 0 ? this.ref(name) : this.attribute(name.slice(0, dot), name.slice(dot + 1)));
        });
    }

    // One intrinsic function. Arguments of If are looked at only on the side that is taken.
    call(name, argument) {
        switch (name) {
        case 'Ref': return this.ref(argument);
        case 'Condition': return this.condition(argument);
        case 'Fn::Sub': return this.sub(argument);
        case 'Fn::GetAtt': return this.attribute(argument[0], argument[1]);
        case 'Fn::If': return this.value(argument[this.condition(argument[0]) ? 1 : 2]);
        }
        const a = this.value(argument);
        switch (name) {
        case 'Fn::Join': return a[1].join(a[0]);
        case 'Fn::Select': return a[1][Number(a[0])];
        case 'Fn::Split': return a[1].split(a[0]);
        case 'Fn::Equals': return String(a[0]) === String(a[1]);
        case 'Fn::Not': return !a[0];
        case 'Fn::And': return a.every(Boolean);
        case 'Fn::Or': return a.some(Boolean);
        case 'Fn::Base64': return Buffer.from(a).toString('base64');
        case 'Fn::FindInMap': return this.inMap(a);
        default: throw new Error(`${this.place()}: the twin does not know ${name}`);
        }
    }

    inMap([map, top, second]) {
        const found = this.template.Mappings?.[map]?.[top]?.[second];
        if (found === undefined) throw new Error(`${this.place()}: nothing in mapping ${map}.${top}.${second}`);
        return found;
    }

    value(value, place) {
        if (place) this.running.push(place);
        if (this.running.length > 100) throw new Error(`${place}: resources refer to each other in a circle`);
        try {
            return this.plain(value);
        } finally {
            if (place) this.running.pop();
        }
    }

    plain(value) {
        if (Array.isArray(value)) return value.map((one) => this.plain(one)).filter((one) => one !== NO_VALUE);
        if (value === null || typeof value !== 'object') return value;
        const keys = Object.keys(value);
        if (keys.length === 1 && (/^Fn::/.test(keys[0]) || keys[0] === 'Ref'
            || (keys[0] === 'Condition' && typeof value.Condition === 'string'))) {
            return this.call(keys[0], value[keys[0]]);
        }
        return Object.fromEntries(Object.entries(value)
            .map(([key, one]) => [key, this.plain(one)]).filter(([, one]) => one !== NO_VALUE));
    }
}

function resolve(template, given = {}) {
    const resolver = new Resolver(template, given);
    const exists = ([, one]) => !one.Condition || resolver.condition(one.Condition);
    const resources = {};
    for (const [id, one] of Object.entries(template.Resources || {}).filter(exists)) {
        resources[id] = {
            type: one.Type,
            name: resolver.nameOf(id),
            properties: resolver.value(one.Properties || {}, `Resources.${id}`),
        };
    }
    const outputs = {};
    for (const [id, one] of Object.entries(template.Outputs || {}).filter(exists)) {
        outputs[id] = resolver.value(one.Value, `Outputs.${id}`);
    }
    return { stack: resolver.stack, parameters: resolver.parameters, resources, outputs };
}

// All resources of one type, as [id, resource].
function ofType(resolved, type) {
    return Object.entries(resolved.resources).filter(([, one]) => one.type === type);
}

module.exports = { readTemplate, parseTemplate, resolve, ofType, arn, REGION, ACCOUNT };
