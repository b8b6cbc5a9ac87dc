#!/usr/bin/env bash
# Glossi's "Simplified Workflow: Jobs Endpoint": the requests of that page, in its order. Where the page shows a request
# without a curl line, the line here is made of the method, the headers and the body that it shows.
#
# What the page leaves to its reader comes from the environment:
#   API       the base URL, in place of https://api.glossi.app/api/v1
#   API_KEY   glsi_...
#   CHAIR     path of a GLB
#   TABLE     path of another one
#   TEMPLATE  the template's id
#   WEBHOOK   URL that is told when the last job has ended
#   POLL      seconds between two looks
# Every answer is kept in a file of the working directory that is named after its step.
set -euo pipefail

# --- Step 1: create a job, without rendering and with it
curl -sS -X POST "$API/jobs" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "models": [
      { "fileName": "chair.glb", "fileType": "glb" },
      { "fileName": "table.glb", "fileType": "glb" }
    ],
    "templateId": "'"$TEMPLATE"'",
    "createProjects": true
  }' >job.json
JOB=$(jq -r '.jobId' job.json)

curl -sS -X POST "$API/jobs" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "models": [
      { "fileName": "chair.glb", "fileType": "glb" }
    ],
    "templateId": "'"$TEMPLATE"'",
    "renderSettings": {
      "renderBookmarks": true,
      "imageQuality": 1
    }
  }' >rendering-job.json
RENDERING_JOB=$(jq -r '.jobId' rendering-job.json)

# --- Step 2: upload the files, each to its own signed URL
curl -sS -X PUT "$(jq -r '.models[0].uploadUrl' job.json)" \
  -H "Content-Type: model/gltf-binary" \
  --data-binary "@$CHAIR" -o upload.body -w '%{http_code}' >upload.status

curl -sS -X PUT "$(jq -r '.models[1].uploadUrl' job.json)" \
  -H "Content-Type: model/gltf-binary" \
  --data-binary "@$TABLE"

curl -sS -X PUT "$(jq -r '.models[0].uploadUrl' rendering-job.json)" \
  -H "Content-Type: model/gltf-binary" \
  --data-binary "@$CHAIR"

# --- Step 3: confirm the uploads
curl -sS -X POST "$API/jobs/$JOB/confirm-uploads" \
  -H "X-API-Key: $API_KEY" >confirmed.json

curl -sS -X POST "$API/jobs/$RENDERING_JOB/confirm-uploads" \
  -H "X-API-Key: $API_KEY" >rendering-confirmed.json

# --- Step 4: poll for completion
curl -sS "$API/jobs/$JOB" \
  -H "X-API-Key: $API_KEY" >in-progress.json

# --- The complete example with cURL
# 1. Create job
JOB_RESPONSE=$(curl -s -X POST "$API/jobs" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "models": [
      { "fileName": "chair.glb", "fileType": "glb" }
    ],
    "templateId": "'"$TEMPLATE"'",
    "createProjects": true
  }')

JOB_ID=$(echo $JOB_RESPONSE | jq -r '.jobId')
UPLOAD_URL=$(echo $JOB_RESPONSE | jq -r '.models[0].uploadUrl')

# 2. Upload file to S3
curl -X PUT "$UPLOAD_URL" \
  -H "Content-Type: model/gltf-binary" \
  --data-binary "@$CHAIR"

# 3. Confirm uploads
curl -X POST "$API/jobs/$JOB_ID/confirm-uploads" \
  -H "X-API-Key: $API_KEY"

# 4. Poll for completion
poll() { # poll JOB_ID: the page's loop
  while true; do
    STATUS_RESPONSE=$(curl -s "$API/jobs/$1" \
      -H "X-API-Key: $API_KEY")

    STATUS=$(echo $STATUS_RESPONSE | jq -r '.status')
    echo "Status: $STATUS"

    if [ "$STATUS" = "COMPLETE" ] || [ "$STATUS" = "FAILED" ]; then
      echo "Final response:"
      echo $STATUS_RESPONSE | jq
      break
    fi

    sleep "$POLL"
  done
}
poll "$JOB_ID"
echo "$STATUS_RESPONSE" >example.json

# The same for the two jobs of step 1
poll "$JOB"
echo "$STATUS_RESPONSE" >complete.json
poll "$RENDERING_JOB"
echo "$STATUS_RESPONSE" >rendered.json

# --- Use a webhook with a job
curl -sS -X POST "$API/jobs" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "models": [
      { "fileName": "chair.glb", "fileType": "glb" }
    ],
    "templateId": "'"$TEMPLATE"'",
    "webhookUrl": "'"$WEBHOOK"'"
  }' >told-job.json

curl -sS -X PUT "$(jq -r '.models[0].uploadUrl' told-job.json)" \
  -H "Content-Type: model/gltf-binary" \
  --data-binary "@$CHAIR"

curl -sS -X POST "$API/jobs/$(jq -r '.jobId' told-job.json)/confirm-uploads" \
  -H "X-API-Key: $API_KEY" >told-confirmed.json
