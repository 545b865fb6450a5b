// What only the set-up of a race says, in three languages.

import { own } from "./standalone_words.js";
import { wishes } from "../words.js";

const WORDS = {
  en: {
    kick_m: "Kick in metres (usual: the last lap)", hr_ceiling_bpm: "Heart rate limit, 60 to 240: above it, hold form",
    lead_ms: "Bell cue earlier by, in milliseconds", scale: "True metres per metre of the pod, such as 1.02",
    scale_sd: "How sure that is: standard deviation, such as 0.01", smile: "Say \"stay relaxed\" with the smile",
    tactical: "A race for the place, not for time", water_jump: "Water jump of a steeplechase", usual: "as usual",
    inside: "inside the track", outside: "outside the track", cuesOf: "Cues of a session", rep: "Number of a repetition",
    last_rep: "Last repetition", tick: "Ticks before a rest is over", go: "End of a rest", image: "What to imagine",
    through: "Through the line", tall: "Relaxed and tall", rest_half: "Half of a rest", badNumber: "expected a number",
    kept: "Also in this race", leftOut: "Left out, as it is about another machine", scan: "Read a QR code",
    fromFile: "From a file or photo", showCode: "Show as QR code", hideCode: "Hide the QR code", reading: "Reading…",
    withApp: "With this app's address: any phone's camera opens it", codeOf: "QR code of this race",
    tooLarge: "This race is too large for a QR code: save it as a file.", noCode: "There is no QR code in this picture that can be read.",
    noPicture: "This is no picture that the browser can open.", codeTooLong: "This code is too long to be a race.",
    point: "Hold the code in front of the camera.", leave: "Leave", cameraDenied:
      "The camera was not allowed. Allow it in the browser's settings, or choose a photo of the code.",
    noCamera: "No camera was found: choose a photo of the code.", cameraBusy:
      "The camera does not start: is another app using it? Or choose a photo of the code.",
    cameraInsecure: "The camera needs a secure page (https): choose a photo of the code.", taken:
      "The race was read. Look at it, then tap \"Use this race\".", raceOn:
      "A race is on, and it goes on. \"Use this race\" would give it up for what was read.",
    refused: "What was set up before cannot be had any more", readBy: "Each sensor's kind", readHint:
      "Chosen by its name and model. Another kind is for a device that says less than it is.", nextRace:
      "A race is on: this counts from the next one.", pod: "Foot pod", strap: "Heart-rate strap", treadmill: "Treadmill",
    standard: "any, by the Bluetooth standard",
  },
  de: {
    kick_m: "Endspurt in Metern (sonst: die letzte Runde)", hr_ceiling_bpm: "Pulsgrenze, 60 bis 240: darüber Form halten",
    lead_ms: "Glocke früher um, in Millisekunden", scale: "Echte Meter je Meter des Sensors, etwa 1.02",
    scale_sd: "Wie sicher das ist: Standardabweichung, etwa 0.01", smile: "„Locker bleiben“ mit dem Lächeln sagen",
    tactical: "Ein Rennen um den Platz, nicht um die Zeit", water_jump: "Wassergraben des Hindernislaufs", usual: "wie üblich",
    inside: "in der Bahn", outside: "außerhalb der Bahn", cuesOf: "Signale einer Einheit", rep: "Nummer einer Wiederholung",
    last_rep: "Letzte Wiederholung", tick: "Ticken vor Ende der Pause", go: "Ende der Pause", image: "Was man sich vorstellt",
    through: "Durch die Linie", tall: "Locker und aufrecht", rest_half: "Hälfte der Pause", badNumber: "erwartet wird eine Zahl",
    kept: "Auch in diesem Rennen", leftOut: "Weggelassen, weil es eine andere Maschine betrifft", scan: "QR-Code lesen",
    fromFile: "Aus Datei oder Foto", showCode: "Als QR-Code zeigen", hideCode: "QR-Code verbergen", reading: "Wird gelesen…",
    withApp: "Mit der Adresse dieser App: jede Telefonkamera öffnet sie", codeOf: "QR-Code dieses Rennens",
    tooLarge: "Dieses Rennen ist zu groß für einen QR-Code: als Datei sichern.", noCode: "In diesem Bild ist kein lesbarer QR-Code.",
    noPicture: "Das ist kein Bild, das der Browser öffnen kann.", codeTooLong: "Dieser Code ist zu lang für ein Rennen.",
    point: "Den Code vor die Kamera halten.", leave: "Verlassen", cameraDenied:
      "Die Kamera wurde nicht erlaubt. In den Einstellungen des Browsers erlauben, oder ein Foto des Codes wählen.",
    noCamera: "Keine Kamera gefunden: ein Foto des Codes wählen.", cameraBusy:
      "Die Kamera startet nicht: nutzt sie eine andere App? Sonst ein Foto des Codes wählen.",
    cameraInsecure: "Die Kamera braucht eine sichere Seite (https): ein Foto des Codes wählen.", taken:
      "Das Rennen ist gelesen. Ansehen, dann „Dieses Rennen nehmen“ tippen.", raceOn:
      "Es läuft ein Rennen, und es geht weiter. „Dieses Rennen nehmen“ gäbe es für das Gelesene auf.",
    refused: "Was vorher eingestellt war, gibt es nicht mehr", readBy: "Art jedes Sensors", readHint:
      "Nach Name und Modell gewählt. Eine andere Art ist für Geräte, die weniger sagen, als sie sind.", nextRace:
      "Es läuft ein Rennen: das gilt ab dem nächsten.", pod: "Laufsensor", strap: "Pulsgurt", treadmill: "Laufband",
    standard: "jeder, nach dem Bluetooth-Standard",
  },
  fr: {
    kick_m: "Finish en mètres (sinon : le dernier tour)", hr_ceiling_bpm: "Limite cardiaque, 60 à 240 : au-dessus, garder la forme",
    lead_ms: "Cloche en avance de, en millisecondes", scale: "Mètres réels par mètre du capteur, comme 1.02",
    scale_sd: "Certitude : écart type, comme 0.01", smile: "Dire « reste relâché » avec le sourire",
    tactical: "Une course pour la place, pas pour le temps", water_jump: "Rivière du steeple", usual: "comme d'habitude",
    inside: "dans la piste", outside: "hors de la piste", cuesOf: "Signaux d'une séance", rep: "Numéro d'une répétition",
    last_rep: "Dernière répétition", tick: "Tic avant la fin du repos", go: "Fin du repos", image: "Ce qu'on imagine",
    through: "Passer la ligne", tall: "Relâché et grand", rest_half: "Moitié du repos", badNumber: "un nombre est attendu",
    kept: "Aussi dans cette course", leftOut: "Laissé de côté, car propre à une autre machine", scan: "Lire un code QR",
    fromFile: "D'un fichier ou d'une photo", showCode: "Montrer en code QR", hideCode: "Cacher le code QR", reading: "Lecture…",
    withApp: "Avec l'adresse de cette appli : tout appareil photo l'ouvre", codeOf: "Code QR de cette course",
    tooLarge: "Cette course est trop grande pour un code QR : gardez-la en fichier.", noCode: "Aucun code QR lisible dans cette image.",
    noPicture: "Le navigateur ne peut pas ouvrir cette image.", codeTooLong: "Ce code est trop long pour une course.",
    point: "Tenez le code devant l'appareil photo.", leave: "Quitter", cameraDenied:
      "La caméra n'a pas été autorisée. Autorisez-la dans les réglages du navigateur, ou choisissez une photo du code.",
    noCamera: "Aucune caméra trouvée : choisissez une photo du code.", cameraBusy:
      "La caméra ne démarre pas : une autre appli l'utilise ? Ou choisissez une photo du code.",
    cameraInsecure: "La caméra demande une page sûre (https) : choisissez une photo du code.", taken:
      "La course est lue. Regardez-la, puis touchez « Prendre cette course ».", raceOn:
      "Une course est en cours, et elle continue. « Prendre cette course » l'abandonnerait.",
    refused: "Ce qui était préparé n'existe plus", readBy: "Type de chaque capteur", readHint:
      "Choisi par nom et modèle. Un autre type est pour un appareil qui en dit moins qu'il n'est.", nextRace:
      "Une course est en cours : ceci vaut dès la prochaine.", pod: "Capteur de foulée", strap: "Ceinture cardiaque", treadmill: "Tapis de course",
    standard: "tous, selon la norme Bluetooth",
  },
};

export const setupWord = (key) => WORDS[wishes.language][key] ?? WORDS.en[key] ?? own(key);
