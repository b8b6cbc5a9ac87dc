{{- define "pirouette.labels" -}}
app.kubernetes.io/name: pirouette
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pirouette.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What every pod has: never root, nothing to write but its own folders, no word from the cluster.
     Service links are off, because those of a Service "pirouette" would be taken for settings. */}}
{{- define "pirouette.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "pirouette.container" -}}
image: {{ include "pirouette.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
envFrom:
  - configMapRef: {name: {{ .Release.Name }}-settings}
  - secretRef: {name: {{ .Values.secret }}}
volumeMounts:
  - {name: data, mountPath: /var/lib/pirouette/data}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "pirouette.volumes" -}}
- name: data
  emptyDir: {sizeLimit: {{ . }}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
{{- end }}
